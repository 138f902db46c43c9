/**
 * WASI preview 1, which Go's and C's toolchains import, on the part of WASI 0.2 that a job may use: clocks, random
 * numbers, and output. There are no arguments, no environment and no files.
 *
 * The usual adapter is not taken for two reasons. It asks the guest for memory before the guest has started, which
 * Go's runtime does not survive; and it imports the file system and more, which a job has no use for. This one needs
 * no memory of its own: where WASI 0.2 answers through memory, it borrows the 16 bytes at SCRATCH and puts back what
 * was there.
 *
 * Numbers: errno 8 is "bad descriptor", 28 "invalid", 76 "not capable"; clock 0 is the wall's, the others only rise.
 */
export const PREVIEW1_WAT = `
(module
  (import "env" "memory" (memory 0))
  (import "wasi:clocks/monotonic-clock@0.2.0" "now" (func $uptime (result i64)))
  (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $timer (param i64) (result i32)))
  (import "wasi:clocks/wall-clock@0.2.0" "now" (func $wall-clock (param i32)))
  (import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
  (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop-timer (param i32)))
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
  (import "wasi:cli/stderr@0.2.0" "get-stderr" (func $stderr (result i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop-stream (param i32)))

  (global $SCRATCH i32 (i32.const 16))

  (func $time (param $clock i32) (result i64)
    (local $a i64) (local $b i64) (local $nanoseconds i64)
    (if (local.get $clock) (then (return (call $uptime))))
    (local.set $a (i64.load (global.get $SCRATCH)))
    (local.set $b (i64.load offset=8 (global.get $SCRATCH)))
    (call $wall-clock (global.get $SCRATCH))
    (local.set $nanoseconds
      (i64.add
        (i64.mul (i64.load (global.get $SCRATCH)) (i64.const 1000000000))
        (i64.load32_u offset=8 (global.get $SCRATCH))))
    (i64.store (global.get $SCRATCH) (local.get $a))
    (i64.store offset=8 (global.get $SCRATCH) (local.get $b))
    (local.get $nanoseconds))

  (func (export "clock_time_get") (param $clock i32) (param i64) (param $out i32) (result i32)
    (i64.store (local.get $out) (call $time (local.get $clock)))
    (i32.const 0))
  (func (export "clock_res_get") (param i32) (param $out i32) (result i32)
    (i64.store (local.get $out) (i64.const 1000))
    (i32.const 0))

  ;; Seven bytes of each number; the eighth ends in a one, which says that they are used up.
  (func (export "random_get") (param $at i32) (param $length i32) (result i32)
    (local $bits i64)
    (block $done
      (loop $byte
        (br_if $done (i32.eqz (local.get $length)))
        (if (i64.le_u (local.get $bits) (i64.const 255))
          (then (local.set $bits (i64.or (call $random) (i64.const 0x0100000000000000)))))
        (i64.store8 (local.get $at) (local.get $bits))
        (local.set $bits (i64.shr_u (local.get $bits) (i64.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $byte)))
    (i32.const 0))

  (func $write-bytes (param $stream i32) (param $at i32) (param $length i32)
    (local $a i64) (local $b i64)
    (local.set $a (i64.load (global.get $SCRATCH)))
    (local.set $b (i64.load offset=8 (global.get $SCRATCH)))
    (call $write (local.get $stream) (local.get $at) (local.get $length) (global.get $SCRATCH))
    (i64.store (global.get $SCRATCH) (local.get $a))
    (i64.store offset=8 (global.get $SCRATCH) (local.get $b)))

  ;; Each of the buffers, a pointer and a length. What a stream refuses is lost, as with a closed output.
  (func (export "fd_write") (param $fd i32) (param $buffer i32) (param $count i32) (param $written i32) (result i32)
    (local $stream i32) (local $total i32)
    (if (i32.ne (i32.and (local.get $fd) (i32.const -2)) (i32.const 0))
      (then
        (if (i32.ne (local.get $fd) (i32.const 2)) (then (return (i32.const 8))))
        (local.set $stream (call $stderr)))
      (else
        (if (i32.eqz (local.get $fd)) (then (return (i32.const 8))))
        (local.set $stream (call $stdout))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (call $write-bytes (local.get $stream) (i32.load (local.get $buffer)) (i32.load offset=4 (local.get $buffer)))
        (local.set $total (i32.add (local.get $total) (i32.load offset=4 (local.get $buffer))))
        (local.set $buffer (i32.add (local.get $buffer) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (call $drop-stream (local.get $stream))
    (i32.store (local.get $written) (local.get $total))
    (i32.const 0))

  ;; Standard input has ended.
  (func (export "fd_read") (param $fd i32) (param i32 i32) (param $read i32) (result i32)
    (if (local.get $fd) (then (return (i32.const 8))))
    (i32.store (local.get $read) (i32.const 0))
    (i32.const 0))

  ;; Standard streams are character devices with every right.
  (func (export "fd_fdstat_get") (param $fd i32) (param $out i32) (result i32)
    (if (i32.gt_u (local.get $fd) (i32.const 2)) (then (return (i32.const 8))))
    (i64.store (local.get $out) (i64.const 2))
    (i64.store offset=8 (local.get $out) (i64.const -1))
    (i64.store offset=16 (local.get $out) (i64.const 0))
    (i32.const 0))
  (func (export "fd_fdstat_set_flags") (param $fd i32) (param i32) (result i32)
    (select (i32.const 8) (i32.const 0) (i32.gt_u (local.get $fd) (i32.const 2))))

  ;; How long a subscription waits, in nanoseconds; what is no clock is ready.
  (func $wait-of (param $subscription i32) (result i64)
    (local $until i64) (local $now i64)
    (if (i32.load8_u offset=8 (local.get $subscription)) (then (return (i64.const 0))))
    (local.set $until (i64.load offset=24 (local.get $subscription)))
    (if (i32.eqz (i32.and (i32.load16_u offset=40 (local.get $subscription)) (i32.const 1)))
      (then (return (local.get $until))))
    (local.set $now (call $time (i32.load offset=16 (local.get $subscription))))
    (if (i64.ge_u (local.get $now) (local.get $until)) (then (return (i64.const 0))))
    (i64.sub (local.get $until) (local.get $now)))

  (func $sleep (param $nanoseconds i64)
    (local $timer i32)
    (if (i64.eqz (local.get $nanoseconds)) (then (return)))
    (local.set $timer (call $timer (local.get $nanoseconds)))
    (call $block (local.get $timer))
    (call $drop-timer (local.get $timer)))

  ;; Waits for the one that is ready first, and tells of that one.
  (func (export "poll_oneoff") (param $in i32) (param $out i32) (param $count i32) (param $told i32) (result i32)
    (local $first i32) (local $shortest i64) (local $wait i64)
    (if (i32.eqz (local.get $count)) (then (return (i32.const 28))))
    (local.set $shortest (i64.const -1))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $wait (call $wait-of (local.get $in)))
        (if (i64.lt_u (local.get $wait) (local.get $shortest))
          (then
            (local.set $shortest (local.get $wait))
            (local.set $first (local.get $in))))
        (local.set $in (i32.add (local.get $in) (i32.const 48)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (call $sleep (local.get $shortest))
    (i64.store (local.get $out) (i64.load (local.get $first)))
    (i64.store offset=8 (local.get $out) (i64.const 0))
    (i32.store8 offset=10 (local.get $out) (i32.load8_u offset=8 (local.get $first)))
    (i64.store offset=16 (local.get $out) (i64.const 0))
    (i64.store offset=24 (local.get $out) (i64.const 0))
    (i32.store (local.get $told) (i32.const 1))
    (i32.const 0))

  (func (export "proc_exit") (param i32) (unreachable))
  (func (export "sched_yield") (result i32) (i32.const 0))
  (func (export "fd_close") (param i32) (result i32) (i32.const 0))

  ;; Two sizes: how many there are, and the bytes that they take.
  (func (export "args_sizes_get") (export "environ_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (i32.const 0))
  (func (export "args_get") (export "environ_get") (param i32 i32) (result i32) (i32.const 0))

  ;; There are no files and no sockets.
  (func (export "fd_datasync") (export "fd_sync") (param i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_get") (export "fd_filestat_get") (export "fd_renumber") (export "fd_tell")
    (export "sock_shutdown") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_dir_name") (export "sock_accept") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32) (i32.const 8))
  (func (export "fd_allocate") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_advise") (param i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_times") (param i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_pread") (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "sock_send") (param i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "sock_recv") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_create_directory") (export "path_remove_directory") (export "path_unlink_file")
    (param i32 i32 i32) (result i32) (i32.const 76))
  (func (export "path_filestat_get") (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (i32.const 76))
  (func (export "path_readlink") (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 76))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 76))
  (func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (i32.const 76))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (i32.const 76)))
`;
