/** What `trigger` holds in the input of a webhook. */
export const webhookNames = ['type', 'name', 'delivery', 'received_at', 'method', 'headers', 'query', 'body'] as const;
