/** The composition root: configuration, start and stop. The parts know nothing of it. */
package ulens.gateway;
