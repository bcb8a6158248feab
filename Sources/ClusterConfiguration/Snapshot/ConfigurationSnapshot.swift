/// A configuration as built-in processes receive it: the file's text, and what the machine said while the master decoded it. Decoding it again
/// gives the same configuration, whatever has become of users, directories, files and the environment meanwhile.
package struct ConfigurationSnapshot: Equatable, Sendable {
    package var file: String
    package var bytes: [UInt8]
    package var folder: String
    package var answers: Answers

    package init(file: String, bytes: [UInt8], folder: String, answers: Answers) {
        self.file = file
        self.bytes = bytes
        self.folder = folder
        self.answers = answers
    }

    /// nil when it is none, or not of this version.
    package init?(decoding packed: [UInt8]) {
        var unpacker = Unpacker(packed)
        guard unpacker.bytes() == Self.version, let file = unpacker.text(), let bytes = unpacker.bytes(), let folder = unpacker.text(),
            let answers = unpacker.answers(), unpacker.isAtEnd
        else { return nil }
        self.init(file: file, bytes: bytes, folder: folder, answers: answers)
    }

    package func encode() -> [UInt8] {
        var packer = Packer()
        packer.append(Self.version)
        packer.append(file)
        packer.append(bytes)
        packer.append(folder)
        packer.append(answers)
        return packer.packed
    }

    /// nil when the text has an error: never for one that the master has taken.
    package func configuration() -> Configuration? {
        // The master has told its warnings already.
        Configuration.decode(bytes, file: file, surroundings: Surroundings(repeating: answers, folder: folder), hearsWarnings: false)
            .configuration
    }

    /// Changes with what is packed. Workers are the same binary as their master, except across an update of the file on disk.
    private static let version = Array("cluster-proxy snapshot 1".utf8)
}
