# Starts processes for a worker: a fork of this small program costs a fraction of one of the worker, and blocks nobody.
# `start-helper.ts` is its other side and tells the protocol. Only what perl brings along is used (Debian: perl-base).
use strict;
use warnings;
no warnings 'exec'; # The worker is told; the log of the step is not ours.
use Errno qw(EINTR);
use Fcntl qw(F_SETFL O_CREAT O_NOFOLLOW O_NONBLOCK O_WRONLY);
use POSIX ();

my $piece = 65536;       # bytes that are read of a stream at once
my $window = 4 * $piece; # bytes of a process that may be on their way to the worker
my $patience = 0.002;    # seconds that reports nobody waits for stay for company
my $company = 8;         # how often at most

# What is above descriptor 2 closes by itself when a program is executed; so no step sees any of these.
open(my $requests, '<&', \*STDIN) or exit 1;
open(my $reports, '>&', \*STDOUT) or exit 1;
# By this one a fork says why its program cannot be executed.
pipe(my $failures, my $failure) or exit 1;
fcntl($failures, F_SETFL, O_NONBLOCK) or exit 1;
open(STDIN, '<', '/dev/null') or exit 1;
open(STDOUT, '>', '/dev/null') or exit 1;

my %jobs;         # number => job, until its process has ended and nobody holds its output any more
my %of_process;   # process id => number of the job, of what runs
my %streams;      # descriptor => [job, name, pipe], of what is not over
my $watched = '';
my $buffer = '';
my $said = '';    # reports on their way
my $urgent = 0;   # whether somebody waits for them
my $kept = 0;
my $quiet = 0.001;
my $children = take_in_orphans();

$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = sub { };

vec($watched, fileno($_), 1) = 1 for $requests, $failures;
report("hello $$\n");
while (1) {
  send_reports() if $said ne '' && ($urgent || $kept++ > $company || length $said > $piece);
  # The end of a process interrupts. One that ends right before this call does not: hence the limit while some run, short
  # when the output of one is over already.
  my $limit = $said ne '' ? $patience : %of_process ? $quiet : undef;
  my $count = select(my $ready = $watched, undef, undef, $limit);
  if ($count > 0) {
    for my $descriptor (keys %streams) {
      pass_on($descriptor) if vec($ready, $descriptor, 1);
    }
    hear_failures() if vec($ready, fileno($failures), 1);
  }
  my $ended = reap();
  if ($count <= 0) {
    $quiet = $ended ? 0.001 : $quiet < 0.01 ? $quiet * 2 : 0.02;
    send_reports() if $said ne '';
    next;
  }
  next if !vec($ready, fileno($requests), 1);
  my $got = sysread($requests, $buffer, 262144, length $buffer);
  next if !defined $got && $! == EINTR;
  last if !$got;
  while ($buffer =~ /\A([^\n]*)\n/) {
    my ($what, $number, $count) = split(/ /, $1);
    my $whole = length($1) + 1 + ($what eq 'start' ? $count : 0);
    last if length($buffer) < $whole;
    my $request = substr($buffer, 0, $whole, '');
    if ($what eq 'start') { start($number, split(/\0/, substr($request, -$count), -1)) }
    elsif ($what eq 'more') { give_way($number, $count) }
    elsif ($what eq 'close') { close_stream($_) for grep { $streams{$_}[0]{number} == $number } keys %streams }
    else { report("pong\n") }
  }
}

# The worker is gone, perhaps killed: what it ran ends with it.
kill('KILL', -$_->{process}) for values %jobs;
exit 0;

sub report {
  $said .= $_[0];
  $urgent = 1;
}

sub send_reports {
  my $at = 0;
  while ($at < length $said) {
    my $written = syswrite($reports, $said, length($said) - $at, $at);
    if (defined $written) { $at += $written }
    elsif ($! != EINTR) { last } # The worker is gone, which the end of the requests tells as well.
  }
  ($said, $urgent, $kept) = ('', 0, 0);
}

sub start {
  my ($number, $cwd, $stdin, $program, $spare, @texts) = @_;
  my ($folders, $files, $arguments) = map { [splice(@texts, 0, shift @texts)] } 1 .. 3;
  # Here and not in the fork, which then copies less.
  %ENV = map { split(/=/, $_, 2) } @texts;
  my ($out, $to_out, $err, $to_err);
  my $process = pipe($out, $to_out) && pipe($err, $to_err) ? fork() : undef;
  return report("failed $number " . ($! + 0) . "\n") if !defined $process;
  begin($number, $to_out, $to_err, $spare, $folders, $files, $cwd, $stdin, $program, $arguments) if $process == 0;
  my $job = $jobs{$number} = { number => $number, process => $process, open => 2, ahead => 0 };
  @$job{qw(folders file size)} = ($folders, $files->[0], length $files->[1]) if @$files == 2;
  $of_process{$process} = $number;
  for (['out', $out], ['err', $err]) {
    my ($name, $pipe) = @$_;
    $streams{fileno $pipe} = [$job, $name, $pipe];
    vec($watched, fileno($pipe), 1) = 1;
  }
  $quiet = 0.001;
  $said .= "started $number $process\n";
}

# In the new process: the same surroundings that the worker's own way of starting gives, then the program.
sub begin {
  my ($number, $out, $err, $spare, $folders, $files, $cwd, $stdin, $program, $arguments) = @_;
  $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD);
  POSIX::setsid();
  my ($first, @others) = @$folders;
  # Whoever makes the first one decides: this process, that the program is executed; the worker, that it never is.
  $spare ne '' && rename($spare, $first) || mkdir($first, 0700) or fail($number, 'preparation');
  -d $_ || mkdir($_, 0700) or fail($number, 'preparation') for @others;
  while (my ($path, $text) = splice(@$files, 0, 2)) {
    write_file($path, $text) or fail($number, 'preparation');
  }
  open(STDIN, '<', $stdin) or fail($number) if $stdin ne '';
  POSIX::dup2(fileno($out), 1)
    && POSIX::dup2(fileno($err), 2)
    && chdir($cwd)
    or fail($number);
  exec { $program } $program, @$arguments or fail($number);
}

sub write_file {
  my ($path, $text) = @_;
  # One that is there is written over. Emptied before, it would be brought to the disk when it is closed (ext4).
  sysopen(my $file, $path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600) or return 0;
  for (my $at = 0; $at < length $text;) {
    $at += syswrite($file, $text, length($text) - $at, $at) // return 0;
  }
  return 0 if -s $file > length $text && !truncate $file, length $text;
  return close $file;
}

sub fail {
  my ($number, $what) = @_;
  # Shorter than what a pipe takes in one piece, so those of several forks do not mix.
  syswrite($failure, "$number " . ($! + 0) . ' ' . ($what // 'program') . "\n");
  POSIX::_exit(127);
}

sub hear_failures {
  return if !sysread($failures, my $lines, 4096);
  for (split(/\n/, $lines)) {
    my ($number) = split(/ /);
    report("failed $_\n");
    $jobs{$number}{failed} = 1 if $jobs{$number};
  }
}

# A stream that has something, or is over.
sub pass_on {
  my ($descriptor) = @_;
  my ($job, $name, $pipe) = @{ $streams{$descriptor} or return };
  my $got = sysread($pipe, my $bytes, $piece);
  return if !defined $got && $! == EINTR;
  return close_stream($descriptor) if !$got;
  $said .= "$name $job->{number} $got\n$bytes";
  $job->{ahead} += $got;
  watch($job, 0) if $job->{ahead} >= $window;
}

# The worker has taken so many bytes of what was sent.
sub give_way {
  my ($number, $bytes) = @_;
  my $job = $jobs{$number} or return;
  $job->{ahead} -= $bytes;
  watch($job, 1) if $job->{ahead} < $window;
}

sub watch {
  my ($job, $on) = @_;
  vec($watched, $_, 1) = $on for grep { $streams{$_}[0] == $job } keys %streams;
}

sub close_stream {
  my ($descriptor) = @_;
  my ($job, undef, $pipe) = @{ delete $streams{$descriptor} };
  vec($watched, $descriptor, 1) = 0;
  close $pipe;
  $quiet = 0.001;
  return if --$job->{open} > 0;
  over($job) if exists $job->{status};
  $said .= "closed $job->{number}\n";
}

sub reap {
  my $ended = 0;
  while ((my $process = waitpid(-1, POSIX::WNOHANG())) > 0) {
    my $status = $?;
    $ended = 1;
    my $number = delete $of_process{$process} // next;
    my $job = $jobs{$number};
    hear_failures() if $status >> 8 == 127;
    over($job) if $job->{open} == 0;
    report("ended $job->{number} " . ($status >> 8) . ' ' . ($status & 127) . "\n") if !$job->{failed};
    $job->{status} = $status;
  }
  return $ended;
}

# It has ended and its output is over: nothing of its group stays.
sub over {
  my ($job) = @_;
  kill('KILL', -$job->{process});
  delete $jobs{ $job->{number} };
  $said .= "clean $job->{number}\n" if $job->{folders} && runs_nothing_else() && is_clean($job);
}

# Whether its folders are as it found them: no name and no right is different, and its file tells nothing any more.
sub is_clean {
  my ($job) = @_;
  my ($folders, $file, $size) = @$job{qw(folders file size)};
  my %known = map { $_ => 1 } @$folders, $file;
  for my $folder (@$folders) {
    my (undef, undef, $mode, undef, $owner) = lstat $folder or return 0;
    return 0 if $mode != 040700 || $owner != $>;
    opendir(my $names, $folder) or return 0;
    for (readdir $names) { return 0 if $_ ne '.' && $_ ne '..' && !$known{"$folder/$_"} }
  }
  my (undef, undef, $mode, $links, $owner) = lstat $file or return 0;
  return 0 if $mode != 0100600 || $links != 1 || $owner != $>;
  return $size <= length '{}' && -s _ <= $size || write_file($file, ' ' x $size);
}

# Whether nothing that a process left behind is there. Those who lost their parent are children of this process, which is
# what `take_in_orphans` is for; who asks the kernel for its children needs no other proof.
sub runs_nothing_else {
  return 0 if !$children || !sysseek($children, 0, 0);
  my ($processes, $got) = ('', 1);
  $got = sysread($children, $processes, $piece, length $processes) while $got;
  return defined $got && !grep { !exists $of_process{$_} } split ' ', $processes;
}

# Makes this process the parent of what loses its own below it. Gives the list of its children, or nothing.
sub take_in_orphans {
  my ($set, $get) = (36, 37); # PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER
  my ($machine) = (POSIX::uname())[4];
  my $prctl = { x86_64 => 157, aarch64 => 167, riscv64 => 167, ppc64le => 171, s390x => 172 }->{$machine} or return;
  my $is_set = pack('i', 0);
  syscall($prctl, $set, 1, 0, 0, 0) == 0 && syscall($prctl, $get, $is_set, 0, 0, 0) == 0 && unpack('i', $is_set) or return;
  open(my $list, '<', "/proc/self/task/$$/children") or return;
  return $list;
}
