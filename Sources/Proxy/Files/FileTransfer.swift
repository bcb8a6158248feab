internal import Engine
internal import HTTP1
internal import Kernel

/// What is left of a file on its way to a client: the bytes from a place on, or several such runs with a head before each.
final class FileTransfer {
    /// What one turn of the loop sends at most, so that every connection has its turn.
    static let turn = 256 * 1024

    private(set) var file: OpenFile?
    private(set) var offset = 0
    private(set) var remaining = 0
    private(set) var parts: MultipartBody?
    /// All that is still to be written or sent, in bytes: what stands between parts as well.
    private(set) var left = 0

    var isActive: Bool { file != nil }

    func begin(_ file: OpenFile, _ range: ByteRange) {
        self.file = file
        offset = range.start
        remaining = range.count
        left = range.count
    }

    func begin(_ file: OpenFile, _ parts: MultipartBody) {
        self.file = file
        self.parts = parts
        remaining = 0
        left = parts.length(of: file)
    }

    /// The file is let go.
    func end() {
        file = nil
        parts = nil
        remaining = 0
        left = 0
    }

    enum Step {
        /// The socket has taken so many bytes, and may take more.
        case moved(Int)
        case blocked
        /// The client is gone, or the file has become shorter: what was announced will never come.
        case broken
    }

    func move(to socket: Int32, upTo limit: Int) -> Step {
        guard let file else { return .broken }
        let wanted = min(remaining, limit)
        switch Socket.sendFile(socket, from: file.descriptor, at: offset, upTo: wanted) {
        case .moved(let count):
            offset += count
            remaining -= count
            left -= count
            // A part of what it was given is all that the socket takes: to ask again would only be told so.
            return count < wanted ? .blocked : .moved(count)
        case .wouldBlock: return .blocked
        case .ended, .failed: return .broken
        }
    }

    /// Begins with the next part, and writes what stands before it, or the end; false when there is no more.
    func beginNextPart(_ output: inout Buffer) -> Bool {
        guard let file, let parts else { return false }
        let before = output.count
        defer { left -= output.count - before }
        guard let range = parts.next(of: file, to: &output) else { return false }
        offset = range.start
        remaining = range.count
        return true
    }
}

extension Session {
    /// The head of an answer stands in the output, and a file follows it. True when something is left to send; nil when the connection is broken.
    func beginTransfer(_ bench: inout Workbench) -> Bool? {
        if let rest = sendBeforeFile(&bench) { return rest ? true : nil }
        return moveFile(&bench)
    }

    /// Sends as much of the file as has its turn.
    func moveFile(_ bench: inout Workbench) -> Bool? {
        var left = FileTransfer.turn
        while true {
            if transfer.remaining == 0 {
                let goesOn = transfer.beginNextPart(&bench.output)
                if !goesOn { transfer.end() }
                if !bench.output.isEmpty, let rest = sendBeforeFile(&bench) { return rest ? true : nil }
                if !goesOn {
                    if firstEntry != nil { settleEntries(&bench) }
                    return false
                }
            }
            if left <= 0 { return true }
            let before = transfer.remaining
            let step = transfer.move(to: socket, upTo: left)
            sentBytes += before - transfer.remaining
            switch step {
            case .moved(let count): left -= count
            case .blocked: return true
            case .broken: return nil
            }
        }
    }

    /// Sends the output with more to follow at once. nil: all of it is out; true: a rest is kept; false: the connection is broken.
    private func sendBeforeFile(_ bench: inout Workbench) -> Bool? {
        if bench.output.isEmpty { return unsentSize.count > 0 ? true : nil }
        if unsentSize.count > 0 { return keepOutput(&bench) ?? false }
        switch bench.output.send(to: socket, more: transfer.isActive) {
        case .moved(let count):
            sentBytes += count
            return bench.output.isEmpty ? nil : keepOutput(&bench) ?? false
        case .wouldBlock: return keepOutput(&bench) ?? false
        case .ended, .failed:
            bench.output.removeAll()
            return false
        }
    }
}
