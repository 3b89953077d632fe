// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   beside COMMAND...: run it, and say in one line how long it took:

     wall seconds, CPU seconds (user and system), peak memory in MB

   What the command prints goes where it may go: nowhere.  A result that must be
   told about (exit 3 of tonmeister: stems of a bench are no music) is a result.
*/

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds(struct timeval t)
{
  return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static double
now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
become(char** command)
{
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, 0);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  execvp(command[0], command);
  _exit(127);
}

int
main(int argc, char** argv)
{
  if (argc < 2) {
    fprintf(stderr, "use: beside COMMAND...\n");
    return 2;
  }
  const double start = now();
  const pid_t pid = fork();
  if (pid == 0) {
    become(argv + 1);
  }
  int status = 0;
  struct rusage used;
  if (pid < 0 || wait4(pid, &status, 0, &used) != pid) {
    perror("beside");
    return 1;
  }
  printf("%.3f %.3f %.1f\n", now() - start,
         seconds(used.ru_utime) + seconds(used.ru_stime),
         (double)used.ru_maxrss / 1024.0);
  const int told = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  return told == 3 ? 0 : told;
}
