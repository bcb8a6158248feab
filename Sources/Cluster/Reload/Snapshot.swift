internal import Kernel

/// One generation of the configuration as every built-in process receives it: sealed, so that all read the same.
final class Snapshot {
    /// 1 at start, one more with each reload that was begun.
    let generation: Int
    private let text: SealedText

    init(generation: Int, bytes: [UInt8]) throws(Errno) {
        let text = try SealedText(name: "cluster-proxy configuration", bytes: bytes)
        self.generation = generation
        self.text = text
    }

    var descriptor: Int32 { text.descriptor.number }
}
