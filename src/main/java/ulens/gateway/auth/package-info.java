/** From a token to its user. */
package ulens.gateway.auth;
