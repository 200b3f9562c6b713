// Apart from what reads these options: the help of a command must not load the language of workflows.
export const workspaceHelp = 'folder with .workflows, as PATH or NAME=PATH; may be given several times';

export const configHelp = 'file with workspaces and settings of Git (env: MILLRACE_CONFIG)';
