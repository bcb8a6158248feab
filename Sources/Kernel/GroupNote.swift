internal import CLinux

/// What the guardian reads: a process group that is there, or that is gone. Written whole or not at all, pipe(7).
package struct GroupNote: Equatable, Sendable {
    package var group: Int32
    package var isGone: Bool

    package init(group: Int32, isGone: Bool) {
        self.group = group
        self.isGone = isGone
    }

    package func write(to pipe: borrowing Descriptor) -> Bool {
        var note = cl_group_note(group: group, gone: isGone ? 1 : 0)
        // Safe: the structure's own bytes are read during the call.
        return unsafe withUnsafeBytes(of: &note) { unsafe cl_write(pipe.number, $0.baseAddress, $0.count) } > 0
    }

    /// The next one; `ended` when nobody can write any more.
    package static func read(from pipe: borrowing Descriptor) -> Reading {
        var note = cl_group_note()
        // Safe: at most the structure's own size is written into it.
        let result = unsafe withUnsafeMutableBytes(of: &note) { unsafe cl_read(pipe.number, $0.baseAddress, $0.count) }
        if result == MemoryLayout<cl_group_note>.size { return .note(GroupNote(group: note.group, isGone: note.gone != 0)) }
        if result == -Int(Errno.wouldBlock.code) { return .none }
        return .ended
    }

    package enum Reading: Equatable { case note(GroupNote), none, ended }
}
