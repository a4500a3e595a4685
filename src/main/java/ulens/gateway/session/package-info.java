/** The namespace {@code /ws}: authenticates, subscribes, resumes and takes read receipts. */
package ulens.gateway.session;
