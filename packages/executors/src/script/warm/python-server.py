# Runs Python scripts for a worker, each in a fork of this process: an interpreter that is there already, in the state of one
# that has just started. It speaks the protocol of ../../processes/starting/start-helper.ts, which tells it: PROGRAM names the
# interpreter, ARGUMENTS are the script and what it gets.
#
# Nothing of a script may be found in the memory of a later one. So a fork reads what it is asked for by itself, and output
# passes through one piece of memory that is wiped.
#
# A fork becomes what `python SCRIPT ARGUMENTS` would be: own session, folders and files made, standard streams, current
# folder, environment, `sys.argv`, `sys.path[0]`, an empty `__main__`, no other open file. What it does to itself ends with it.
initial = list(globals())  # the names that every `__main__` begins with

import builtins  # noqa: E402
import errno
import gc
import importlib
import importlib.machinery
import io
import os
import select
import signal
import sys
import types

usual = set(sys.modules)
import json  # noqa: E402,F401  What most scripts import anyway; see `forget_preloaded`.

PIECE = 65536  # bytes that are read of a stream at once
WINDOW = 4 * PIECE  # bytes of a process that may be on their way to the worker


class Job:
    def __init__(self, number, process):
        self.number = number
        self.process = process
        self.streams = {}  # descriptor => name, of what is not over
        self.ahead = 0
        self.status = None
        self.failed = False


class Server:
    """Ends only with the worker, or, in a fork, by returning what the fork has to run."""

    def __init__(self):
        self.requests = os.dup(0)
        self.reports = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        os.close(null)
        self.failures, self.failure = os.pipe()
        self.wake, waker = os.pipe()
        for descriptor in (self.failures, self.wake, waker):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self.jobs = {}
        self.of_process = {}
        self.of_stream = {}
        self.said = []
        self.piece = bytearray(PIECE)
        self.poll = select.poll()
        for descriptor in (self.requests, self.failures, self.wake):
            self.poll.register(descriptor, select.POLLIN)

    def serve(self):
        mark(os.environb[b'MILLRACE_OUTPUT'])  # Where that cannot be done there is no server.
        gc.collect()
        gc.freeze()
        self.report('hello %d' % os.getpid())
        while True:
            self.send_reports()
            ready = [descriptor for descriptor, _ in self.poll.poll()]
            for descriptor in ready:
                if descriptor in self.of_stream:
                    self.pass_on(descriptor)
            if self.failures in ready:
                self.hear_failures()
            if self.wake in ready:
                os.read(self.wake, 4096)
                self.reap()
            if self.requests not in ready:
                continue
            request = self.read_line()
            if request is None:
                break
            fork = self.take(request.split())
            if fork is not None:
                return fork
        # The worker is gone, perhaps killed: what it ran ends with it.
        for job in list(self.jobs.values()):
            kill_group(job.process)
        os._exit(0)

    def read_line(self):
        line = b''
        while not line.endswith(b'\n'):
            byte = os.read(self.requests, 1)
            if not byte:
                return None
            line += byte
        return line

    def report(self, line):
        self.said.append(line.encode() + b'\n')

    def send_reports(self):
        said, self.said = self.said, []
        self.send(memoryview(b''.join(said)))

    def send(self, said):
        while said:
            try:
                said = said[os.write(self.reports, said):]
            except OSError:
                return  # The worker is gone, which the end of the requests tells as well.

    def take(self, request):
        what = request[0]
        if what == b'start':
            return self.start(int(request[1]), int(request[2]))
        if what == b'more':
            self.give_way(int(request[1]), int(request[2]))
        elif what == b'close':
            job = self.jobs.get(int(request[1]))
            for descriptor in list(job.streams) if job else []:
                self.close_stream(descriptor)
        else:
            self.report('pong')
        return None

    def start(self, number, size):
        read, to_read = os.pipe()
        out, to_out = os.pipe()
        err, to_err = os.pipe()
        process = os.fork()  # Where this fails, the server ends, and the script is started in the usual way.
        if process == 0:
            texts = read_all(self.requests, size)
            os.write(to_read, b'.')
            return Fork(self, number, texts.split(b'\0'), to_out, to_err)
        for descriptor in (to_out, to_err, to_read):
            os.close(descriptor)
        whole = os.read(read, 1)
        os.close(read)
        if not whole:
            os._exit(1)  # Nobody knows where the next request begins.
        job = Job(number, process)
        self.jobs[number] = self.of_process[process] = job
        for name, descriptor in (('out', out), ('err', err)):
            job.streams[descriptor] = name
            self.of_stream[descriptor] = job
            self.poll.register(descriptor, select.POLLIN)
        self.report('started %d %d' % (number, process))
        return None

    def hear_failures(self):
        try:
            lines = os.read(self.failures, 4096).decode().splitlines()
        except BlockingIOError:
            return
        for line in lines:
            self.report('failed ' + line)
            job = self.jobs.get(int(line.split()[0]))
            if job is not None:
                job.failed = True

    def pass_on(self, descriptor):
        job = self.of_stream[descriptor]
        count = os.readv(descriptor, [self.piece])
        if count == 0:
            self.close_stream(descriptor)
            return
        self.report('%s %d %d' % (job.streams[descriptor], job.number, count))
        self.send_reports()
        self.send(memoryview(self.piece)[:count])
        self.piece[:count] = bytes(count)
        job.ahead += count
        if job.ahead >= WINDOW:
            for each in job.streams:
                self.poll.register(each, 0)

    def give_way(self, number, count):
        job = self.jobs.get(number)
        if job is None:
            return
        job.ahead -= count
        if job.ahead < WINDOW:
            for each in job.streams:
                self.poll.register(each, select.POLLIN)

    def close_stream(self, descriptor):
        job = self.of_stream.pop(descriptor)
        self.poll.unregister(descriptor)
        os.close(descriptor)
        del job.streams[descriptor]
        if not job.streams:
            self.report('closed %d' % job.number)
            self.perhaps_over(job)

    def reap(self):
        while self.of_process:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            job = self.of_process.pop(process)
            self.hear_failures()
            if not job.failed:
                self.report('ended %d %d %d' % (job.number, status >> 8, status & 127))
            job.status = status
            self.perhaps_over(job)

    def perhaps_over(self, job):
        if job.status is not None and not job.streams:
            kill_group(job.process)
            del self.jobs[job.number]


def read_all(descriptor, size):
    read = b''
    while len(read) < size:
        piece = os.read(descriptor, size - len(read))
        if not piece:
            os._exit(126)
        read += piece
    return read


def kill_group(process):
    try:
        os.killpg(process, signal.SIGKILL)
    except OSError:
        pass


class Fork:
    """The new process, until it runs its script."""

    def __init__(self, server, number, texts, out, err):
        self.server = server
        self.number = number
        self.cwd, self.stdin, self.program, self.spare = texts[:4]
        rest = texts[4:]
        lists = []
        for _ in range(3):
            count = int(rest[0])
            lists.append(rest[1:1 + count])
            rest = rest[1 + count:]
        self.folders, self.files, self.arguments = lists
        self.environment = dict(entry.split(b'=', 1) for entry in rest)
        self.out = out
        self.err = err

    def become(self):
        """Gives the script and its arguments."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        stage = 'preparation'
        try:
            # Whoever makes the first one decides: this process, that it begins; the worker, that it never does.
            if not self.moves_spare():
                os.mkdir(self.folders[0], 0o700)
            for folder in self.folders[1:]:
                os.makedirs(folder, 0o700, exist_ok=True)
            for path, text in zip(self.files[::2], self.files[1::2]):
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
                with open(file, 'wb') as writer:
                    writer.write(text)
            stage = 'program'
            if self.stdin:
                file = os.open(self.stdin, os.O_RDONLY)
                os.dup2(file, 0)
            os.dup2(self.out, 1)
            os.dup2(self.err, 2)
            os.chdir(self.cwd)
            mark(self.environment.get(b'MILLRACE_OUTPUT', b''))
        except OSError as error:
            os.write(self.server.failure, b'%d %d %s\n' % (self.number, error.errno, stage.encode()))
            os._exit(127)
        os.closerange(3, 1 + max(int(name) for name in os.listdir('/proc/self/fd')))
        for name in set(os.environb) - set(self.environment):
            del os.environb[name]
        os.environb.update(self.environment)
        return [os.fsdecode(text) for text in self.arguments]


    def moves_spare(self):
        try:
            os.rename(self.spare, self.folders[0])
        except OSError:  # There is none, or it is gone.
            return False
        return True


def mark(output):
    """Puts the attempt's own MILLRACE_OUTPUT where the system shows the environment that this process was started with:
    by it, the processes of an attempt are found."""
    with open('/proc/self/stat', 'rb') as stat:
        fields = stat.read().rpartition(b')')[2].split()
    start, end = int(fields[47]), int(fields[48])
    with open('/proc/self/mem', 'r+b', buffering=0) as memory:
        memory.seek(start)
        found = (b'\0' + memory.read(end - start)).index(b'\0MILLRACE_OUTPUT=')
        room = len(os.environb[b'MILLRACE_OUTPUT'])
        if len(output) > room:
            raise OSError(errno.ENAMETOOLONG, 'no room for the mark')
        memory.seek(start + found + len('MILLRACE_OUTPUT='))
        memory.write(output + b'\0' * (room - len(output)))


def forget_preloaded(folder):
    """A script's neighbours come before the modules of the same names that are loaded already."""
    extra = set(sys.modules) - usual - {'__main__'}
    try:
        names = {name.partition('.')[0] for name in os.listdir(folder)}
    except OSError:
        return
    if names & {name.partition('.')[0] for name in extra}:
        for name in extra:
            del sys.modules[name]


def script_of(arguments, program):
    """The code of the script, and the `__main__` that it runs in."""
    file = arguments[0]
    sys.argv[:] = arguments
    if hasattr(sys, 'orig_argv'):
        sys.orig_argv = [program] + arguments
    if not getattr(sys.flags, 'safe_path', False):
        sys.path[0] = os.path.dirname(os.path.realpath(file))
        forget_preloaded(sys.path[0])
    importlib.invalidate_caches()
    errors = sys.stdin.errors
    reader = io.open(0, 'rb', closefd=False)
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(reader, sys.stdin.encoding, errors, newline='\n')
    main = types.ModuleType('__main__')
    main.__file__ = file
    main.__builtins__ = builtins
    main.__loader__ = importlib.machinery.SourceFileLoader('__main__', file)
    for name in initial:
        main.__dict__.setdefault(name, {} if name == '__annotations__' else None)
    sys.modules['__main__'] = main
    return main


fork = Server().serve()
arguments = fork.become()
program = os.fsdecode(fork.program)
this = sys.modules['__main__']
main = script_of(arguments, program)
del fork
try:
    with open(main.__file__, 'rb') as source:
        code = source.read()
    exec(compile(code, main.__file__, 'exec', dont_inherit=True), main.__dict__)
except (SystemExit, KeyboardInterrupt):
    raise
except BaseException as error:
    # As the interpreter would tell it, without the line above.
    error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
    sys.excepthook(type(error), error, error.__traceback__)
    ended_badly = True
else:
    ended_badly = False
if ended_badly:
    sys.exit(1)
