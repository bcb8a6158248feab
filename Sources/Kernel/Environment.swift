internal import CLinux

/// The environment that this process was started with, environ(7).
package enum Environment {
    /// nil when it is not set.
    package static func value(of name: String) -> String? {
        // Safe: nothing here changes the environment, so that the text stays where it is while it is copied.
        guard let value = unsafe cl_environment_value(name) else { return nil }
        return unsafe String(cString: value)
    }
}
