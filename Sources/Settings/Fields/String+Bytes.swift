extension String {
    /// Whether one of its bytes in UTF-8 is this one. The library's own search makes an iterator: ten times as long, for each text of a file.
    package func hasByte(_ byte: UInt8) -> Bool {
        let bytes = utf8.span
        for index in bytes.indices where bytes[index] == byte { return true }
        return false
    }
}
