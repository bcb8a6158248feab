/// The action `files`: the request is answered with a file of a folder.
package struct Folder: Equatable, Sendable {
    /// An absolute path, its links not followed: where they lead may change while the folder is served.
    package var root: String
    /// The name of the file that stands for the folder it is in.
    package var index = "index.html"
    /// Whether a folder without such a file is answered with the names in it.
    package var listing = false
    /// Whether `NAME.br`, `NAME.zst` and `NAME.gz` are sent for NAME to those who take them.
    package var precompressed = true
    /// The value of Cache-Control; nil for none.
    package var cacheControl: String?
    /// Below the root: the file that answers for paths that lead to nothing.
    package var fallback: String?

    package init(root: String) { self.root = root }
}

/// Where relative paths of a configuration start, and what is there.
package struct FolderPlaces {
    /// Absolute, `.` and `..` taken out as text.
    package var absolute: (String) -> String
    package var isFolder: (String) -> Bool

    package init(absolute: @escaping (String) -> String, isFolder: @escaping (String) -> Bool) {
        self.absolute = absolute
        self.isFolder = isFolder
    }
}
