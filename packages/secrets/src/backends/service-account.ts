/** Where a pod finds what its service account has. Kubernetes renews the token in it, so it is read each time. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';
