package import Settings

extension Folder {
    package enum Key: String, SettingKey {
        case root, index, listing, precompressed
        case cacheControl = "cache_control"
        case fallback
    }

    /// The folder alone, or a mapping.
    package static func read(_ setting: Setting, _ places: FolderPlaces) -> Folder? {
        if !setting.isMapping {
            if setting.isList { return setting.expected("a folder, or a mapping with \"root\"") }
            return readRoot(setting, places).map(Folder.init(root:))
        }
        guard let fields = setting.fields(Key.self) else { return nil }
        var folder = Folder(root: "")
        fields.read(.root, into: &folder.root) { readRoot($0, places) }
        fields.read(.index, into: &folder.index, readName)
        fields.read(.listing, into: &folder.listing) { $0.flag() }
        fields.read(.precompressed, into: &folder.precompressed) { $0.flag() }
        fields.read(.cacheControl, into: &folder.cacheControl, readFieldText)
        fields.read(.fallback, into: &folder.fallback, readPath)
        if fields.misses(.root) { setting.error("\(setting.name) has no \"root\"; add the folder whose files are served") }
        return folder.root.isEmpty ? nil : folder
    }

    // MARK: - Private

    /// A folder that is not there yet is no mistake: something may be about to make it.
    private static func readRoot(_ setting: Setting, _ places: FolderPlaces) -> String? {
        guard setting.isScalar, let text = setting.text() else { return setting.isScalar ? nil : setting.expected("a folder") }
        guard !text.isEmpty, !text.utf8.contains(0) else { return setting.expected("a folder", not: text) }
        let path = places.absolute(text)
        if path.utf8.count > longestRoot { return setting.fail("the path of a folder has at most \(longestRoot) bytes") }
        if !places.isFolder(path) {
            setting.warn("there is no folder \"\(path.shortened)\"; until there is one its files are answered with 404")
        }
        return path
    }

    /// Of the 4,096 bytes that a path may have, path_resolution(7), most are left to the request.
    private static let longestRoot = 1024

    private static func readName(_ setting: Setting) -> String? {
        guard let name = setting.text() else { return nil }
        guard (1...255).contains(name.utf8.count), name != ".", name != "..", !name.utf8.contains(where: { $0 == 0x2f || $0 == 0 }) else {
            return setting.expected("the name of a file, without a folder", not: name)
        }
        return name
    }

    /// With or without a slash before it, and by the names of files, not by escapes.
    private static func readPath(_ setting: Setting) -> String? {
        guard let text = setting.text() else { return nil }
        let names = text.split(separator: "/")
        guard !names.isEmpty, text.utf8.count <= longestRoot, !text.hasSuffix("/"), !text.utf8.contains(0),
            names.allSatisfy({ $0 != "." && $0 != ".." && $0.utf8.count <= 255 })
        else { return setting.expected("a file below \"root\", like index.html", not: text) }
        return names.joined(separator: "/")
    }

    private static func readFieldText(_ setting: Setting) -> String? {
        guard let text = setting.text() else { return nil }
        guard !text.isEmpty, text.utf8.count <= 1024, FieldSyntax.isFieldValue(text) else {
            return setting.expected("the value of a Cache-Control header, like max-age=3600", not: text)
        }
        return text
    }
}
