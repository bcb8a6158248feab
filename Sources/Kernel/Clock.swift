internal import CLinux

/// The time, in whole units, from clock_gettime(2).
package enum Clock {
    /// Milliseconds that only go forward; they do not stop for a suspended process.
    package static var milliseconds: Int { cl_clock_milliseconds() }
    /// The same, read more cheaply and behind by at most 4 ms.
    package static var coarseMilliseconds: Int { cl_clock_coarse_milliseconds() }
    /// Microseconds that only go forward.
    package static var microseconds: Int { cl_clock_microseconds() }
    /// Seconds since 1970.
    package static var unixSeconds: Int { cl_clock_unix_seconds() }
    package static var unixMilliseconds: Int { cl_clock_unix_milliseconds() }
}
