package import Settings

/// A configuration as built-in processes receive it: the tree of the file, and what the machine said while the master decoded it. Decoding it again
/// gives the same configuration, whatever has become of users, directories, files and the environment meanwhile.
///
/// The tree and not its text: to parse that is a third of what it takes to read a configuration, and every worker would do it once more.
package struct ConfigurationSnapshot: Equatable, Sendable {
    package var file: String
    package var root: Node
    package var folder: String
    package var answers: Answers

    package init(file: String, root: Node, folder: String, answers: Answers) {
        self.file = file
        self.root = root
        self.folder = folder
        self.answers = answers
    }

    /// nil when it is none, or not of this version.
    package init?(decoding packed: [UInt8]) {
        var unpacker = Unpacker(packed)
        guard unpacker.bytes() == Self.version, let file = unpacker.text(), let root = unpacker.node(), let folder = unpacker.text(),
            let answers = unpacker.answers(), unpacker.isAtEnd
        else { return nil }
        self.init(file: file, root: root, folder: folder, answers: answers)
    }

    package func encode() -> [UInt8] {
        var packer = Packer()
        packer.append(Self.version)
        packer.append(file)
        packer.append(root)
        packer.append(folder)
        packer.append(answers)
        return packer.packed
    }

    /// nil when there is an error in it: never in one that the master has taken.
    package func configuration() -> Configuration? {
        // The master has told its warnings already.
        Configuration.decode(root, file: file, surroundings: Surroundings(repeating: answers, folder: folder), hearsWarnings: false)
            .configuration
    }

    /// Changes with what is packed. Workers are the same binary as their master, except across an update of the file on disk.
    private static let version = Array("cluster-proxy snapshot 2".utf8)
}
