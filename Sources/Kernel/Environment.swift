internal import Glibc

/// The environment this process was started with.
package enum Environment {
    /// In the order of environ(7); entries without `=` are left out.
    package static func all() -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        var at = unsafe environ
        // Safe: the list ends with a null, and nobody changes it: this process never calls setenv.
        while let entry = unsafe at.pointee {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
            }
            unsafe at += 1
        }
        return variables
    }

    /// nil when it is not set.
    package static func value(of name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
