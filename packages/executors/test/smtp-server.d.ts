// The parts of smtp-server that the tests use; it brings no types.
declare module 'smtp-server' {
  import type { Server } from 'node:net';
  import type { Readable } from 'node:stream';

  type Done = (error?: Error | null, answer?: { user: string }) => void;
  type Session = Readonly<{
    user?: string;
    envelope: Readonly<{ mailFrom: false | { address: string }; rcptTo: readonly { address: string }[] }>;
  }>;
  export class SMTPServer {
    constructor(
      options: Readonly<{
        authOptional: boolean;
        disabledCommands: readonly string[];
        allowInsecureAuth: boolean;
        onAuth(auth: Readonly<{ username: string; password: string }>, session: Session, done: Done): void;
        onRcptTo(address: Readonly<{ address: string }>, session: Session, done: Done): void;
        onData(stream: Readable, session: Session, done: Done): void;
      }>,
    );
    readonly server: Server;
    listen(port: number, host: string, listening: () => void): void;
    close(closed: () => void): void;
  }
}
