/** The cookie that says who calls. Over https its name begins with `__Host-`, so that no other host can set it. */
export const accessCookie = 'millrace_access';
/** Good for one renewal, and sent to that path alone. Over https its name begins with `__Secure-`. */
export const refreshCookie = 'millrace_refresh';
