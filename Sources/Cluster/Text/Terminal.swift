internal import Kernel

/// What people look at.
package enum Terminal {
    /// Unless the user asked for none (no-color.org) or the terminal has none.
    package static var allowsColour: Bool {
        if let asked = Environment.value(of: "NO_COLOR"), !asked.isEmpty { return false }
        return Environment.value(of: "TERM") != "dumb"
    }
}
