# Starts processes for a worker: a fork of this small program costs a fraction of one of the worker, and blocks nobody.
# `start-helper.ts` is its other side and tells the protocol. Only what perl brings along is used (Debian: perl-base).
#
#   perl start-helper.pl FOLDER     FOLDER: empty, ours alone, on a file system that has named pipes
use strict;
use warnings;
use Errno qw(EINTR);
use Fcntl qw(F_SETFL O_NONBLOCK O_RDONLY O_WRONLY);
use POSIX ();

my ($folder) = @ARGV;
my $stock = 32;

# What is above descriptor 2 closes by itself when a program is executed; so no step sees these two.
open(my $requests, '<&', \*STDIN) or exit 1;
open(my $reports, '>&', \*STDOUT) or exit 1;
open(STDIN, '<', '/dev/null') or exit 1;
open(STDOUT, '>', '/dev/null') or exit 1;

my %jobs;        # process id => job, of what runs
my $pipes = 0;   # how many pairs of named pipes were made
my $buffer = '';

$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = sub { };

report("hello $$");
make_pipes() for 1 .. $stock;
while (1) {
  my $waiting = '';
  vec($waiting, fileno($requests), 1) = 1;
  # The end of a process interrupts. One that ends right before this call does not: hence the limit while some run.
  my $ready = select($waiting, undef, undef, %jobs ? 0.02 : undef);
  reap();
  next if $ready <= 0;
  my $got = sysread($requests, $buffer, 262144, length $buffer);
  next if !defined $got && $! == EINTR;
  last if !$got;
  while ($buffer =~ /\A(\d+)\n/ && length($buffer) >= $1 + length($1) + 1) {
    my $size = $1;
    substr($buffer, 0, length($size) + 1, '');
    take(substr($buffer, 0, $size, ''));
  }
}

# The worker is gone, perhaps killed: what it ran ends with it.
kill('KILL', -$_) for keys %jobs;
if (opendir(my $entries, $folder)) {
  unlink map { "$folder/$_" } grep { /\A\d+\.(?:out|err)\z/ } readdir $entries;
  closedir $entries;
}
rmdir $folder;
exit 0;

sub report {
  my ($line) = @_;
  # Shorter than what a pipe takes in one piece, so lines of several processes do not mix.
  syswrite($reports, "$line\n");
}

sub make_pipes {
  $pipes++;
  POSIX::mkfifo("$folder/$pipes.out", 0600) && POSIX::mkfifo("$folder/$pipes.err", 0600)
    or report("trouble no named pipes: $!"), exit 1;
  report("pipes $pipes");
}

sub take {
  my ($request) = @_;
  return report('pong') if $request eq 'ping';
  my ($job, $pipe, $cwd, $stdin, $program, $count, @texts) = split(/\0/, $request, -1);
  my @arguments = splice(@texts, 0, $count);
  my $out = open_pipe("$folder/$pipe.out");
  my $err = open_pipe("$folder/$pipe.err");
  my $pid = $out && $err ? fork() : undef;
  if (!defined $pid) {
    report("failed $job " . ($! + 0));
  } elsif ($pid == 0) {
    begin($job, $pipe, $out, $err, $cwd, $stdin, $program, \@arguments, \@texts);
  } else {
    $jobs{$pid} = $job;
  }
  close $_ for grep { defined } $out, $err;
  make_pipes();
}

# For writing. The worker has opened it for reading, so this does not wait; if it has closed it again, this fails.
sub open_pipe {
  my ($path) = @_;
  sysopen(my $pipe, $path, O_WRONLY | O_NONBLOCK) or return undef;
  fcntl($pipe, F_SETFL, O_WRONLY) or return undef;
  return $pipe;
}

sub reap {
  while ((my $pid = waitpid(-1, POSIX::WNOHANG())) > 0) {
    my $status = $?;
    my $job = delete $jobs{$pid};
    report("ended $job " . ($status >> 8) . ' ' . ($status & 127));
  }
}

# In the new process: the same surroundings that the worker's own way of starting gives, then the program.
sub begin {
  my ($job, $pipe, $out, $err, $cwd, $stdin, $program, $arguments, $environment) = @_;
  $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD);
  POSIX::setsid();
  # Whoever removes the name decides: this process, that the program is executed; the worker, that it never is.
  unlink("$folder/$pipe.out") or POSIX::_exit(126);
  unlink("$folder/$pipe.err");
  report("started $job $$");
  my $in;
  sysopen($in, $stdin eq '' ? '/dev/null' : $stdin, O_RDONLY)
    && POSIX::dup2(fileno($in), 0)
    && POSIX::dup2(fileno($out), 1)
    && POSIX::dup2(fileno($err), 2)
    && chdir($cwd)
    or fail($job);
  %ENV = map { split(/=/, $_, 2) } @$environment;
  exec { $program } $program, @$arguments or fail($job);
}

sub fail {
  my ($job) = @_;
  report("failed $job " . ($! + 0));
  POSIX::_exit(127);
}
