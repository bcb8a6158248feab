internal import CLinux
internal import Glibc

/// One state of a file: when these are the same, so is what it holds.
package struct FileState: BitwiseCopyable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    /// In bytes.
    package let size: Int
    /// When its bytes were written last, in nanoseconds since 1970.
    package let modified: Int
    /// When anything about it was changed last, its permissions included.
    package let changed: Int
    private let mode: UInt32

    init(_ content: cl_content) {
        device = content.device
        inode = content.inode
        size = Int(content.size)
        modified = Int(content.modified)
        changed = Int(content.changed)
        mode = content.mode
    }

    package var isRegular: Bool { cl_is_regular(mode) != 0 }
    package var isDirectory: Bool { cl_is_directory(mode) != 0 }
    /// `modified` in whole seconds since 1970.
    package var modifiedSecond: Int { modified / 1_000_000_000 }

    // Written out: the one that the compiler makes is called through a witness from other modules.
    package static func == (left: Self, right: Self) -> Bool {
        left.device == right.device && left.inode == right.inode && left.size == right.size && left.modified == right.modified
            && left.changed == right.changed && left.mode == right.mode
    }
}

/// Files below a folder, by paths that strangers choose. Paths are bytes that end with a zero.
///
/// Links are followed as long as they stay below the folder: openat2(2) with RESOLVE_BENEATH, and without the links of /proc.
package enum ContentFiles {
    /// What is opened.
    package enum Kind: Int32 {
        /// A file, for reading.
        case file = 0
        /// Whatever is there, for nothing but a look.
        case place = 1
        /// A folder, for its names.
        case folder = 2
    }

    package enum Opening: ~Copyable {
        case opened(Descriptor)
        case failed(Errno)
    }

    package enum Look {
        case found(FileState)
        case failed(Errno)
    }

    /// stat(2): links are followed wherever they lead, so this is only good to compare with what was opened.
    package static func look(at path: RawSpan) -> Look {
        precondition(path.byteCount > 0 && path.lastByte == 0, "the path ends with a zero")
        var content = cl_content()
        // Safe: the path ends with a zero inside the span, and content outlives the call.
        let result = unsafe path.withUnsafeBytes {
            unsafe cl_content_at(-1, $0.assumingMemoryBound(to: CChar.self).baseAddress, 1, &content)
        }
        return result < 0 ? .failed(Errno(result)) : .found(FileState(content))
    }

    package static func look(at descriptor: borrowing Descriptor) -> Look {
        var content = cl_content()
        let result = unsafe cl_content_of(descriptor.number, &content)
        return result < 0 ? .failed(Errno(result)) : .found(FileState(content))
    }

    /// Opens what `path` is, seen from `root`; the empty path is the root itself. It does not wait, whatever is there.
    package static func open(_ path: RawSpan, beneath root: RawSpan, as kind: Kind) -> Opening {
        precondition(path.byteCount > 0 && path.lastByte == 0 && root.byteCount > 0 && root.lastByte == 0, "paths end with a zero")
        // Safe: both end with a zero inside their spans, and are only read during the call.
        let result = unsafe path.withUnsafeBytes { path in
            unsafe root.withUnsafeBytes { root in
                unsafe cl_open_beneath(
                    root.assumingMemoryBound(to: CChar.self).baseAddress, path.assumingMemoryBound(to: CChar.self).baseAddress,
                    kind.rawValue)
            }
        }
        return result < 0 ? .failed(Errno(result)) : .opened(Descriptor(adopting: Int32(result)))
    }

    /// What keeps this machine from opening anything in that way: an old kernel, or a sandbox that does not know the call. nil: nothing does.
    package static var obstacle: Errno? {
        let result = cl_can_open_beneath()
        return result < 0 ? Errno(result) : nil
    }

    /// What an entry of an open folder is, its links followed as long as they stay below it; `leavesFolder` when they do not.
    package static func look(at name: [UInt8], in folder: borrowing Descriptor) -> Look {
        let text = name + [0]
        // Safe: the name ends with a zero inside the array.
        let result = unsafe text.withUnsafeBytes {
            unsafe cl_open_below_folder(folder.number, $0.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        return result < 0 ? .failed(Errno(result)) : look(at: Descriptor(adopting: Int32(result)))
    }

    /// The names in an open folder, at most `limit` of them, in no order.
    package static func names(in folder: borrowing Descriptor, limit: Int) throws(Errno) -> [[UInt8]] {
        final class Names {
            var found: [[UInt8]] = []
            let limit: Int
            init(limit: Int) { self.limit = limit }
        }
        let names = Names(limit: limit)
        // Safe: the object outlives the call that is given it, which lasts no longer than this scope.
        let result = unsafe cl_list_descriptor(
            folder.number,
            { name, context in
                guard let name = unsafe name, let context = unsafe context else { return 0 }
                let names = unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
                // Safe: readdir(3) ends each name with a zero.
                names.found.append(unsafe [UInt8](UnsafeRawBufferPointer(start: name, count: strlen(name))))
                return names.found.count < names.limit ? 1 : 0
            }, Unmanaged.passUnretained(names).toOpaque())
        _ = try result.checked()
        return names.found
    }
}

extension Descriptor {
    /// pread(2): appends what the file has from `offset` on, up to the room left; `ended` at its end.
    package func read(at offset: Int, into space: inout OutputRawSpan) -> Transfer {
        let number = self.number
        // Safe: pread writes at most the bytes it is told of, and the count grows by what it wrote.
        return unsafe space.withUnsafeMutableBytes { buffer, count in
            guard let base = buffer.baseAddress, buffer.count > count else { return .moved(0) }
            let result = unsafe cl_read_at(number, base + count, buffer.count - count, Int64(offset))
            if result > 0 { count += result }
            return Transfer(result)
        }
    }
}

extension Socket {
    /// sendfile(2): so much of a file from `offset` on; `ended` when the file ends before that.
    package static func sendFile(_ number: Int32, from file: borrowing Descriptor, at offset: Int, upTo count: Int) -> Transfer {
        Transfer(cl_send_file(number, file.number, Int64(offset), count))
    }
}

extension RawSpan {
    fileprivate var lastByte: UInt8 {
        // Safe: the caller has seen that there is a last byte.
        unsafe unsafeLoad(fromByteOffset: byteCount - 1, as: UInt8.self)
    }
}
