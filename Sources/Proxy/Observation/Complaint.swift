internal import Kernel

/// A sentence of this process for the master's log: what it says on its standard error, with its severity before it as sd-daemon(3) has it, becomes a
/// record there.
enum Complaint {
    /// False when the master does not take it now: it is lost, unless the caller says it again.
    @discardableResult
    static func say(_ text: String) -> Bool {
        guard Descriptor.wouldTake(standardError) else { return false }
        Descriptor.writeAll("<4>\(text)\n", to: standardError)
        return true
    }

    private static var standardError: Int32 { 2 }
}
