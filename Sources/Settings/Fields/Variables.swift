/// `${NAME}` and `${NAME:-default}` in a text; `$${` is a literal `${`.
struct Variables {
    enum Piece: Equatable {
        case text(String)
        case variable(String, fallback: String?)
    }

    /// Why the text cannot be read: at which character, and what to say.
    struct Fault: Error {
        var offset: Int
        var message: String
    }

    private(set) var pieces: [(piece: Piece, offset: Int)] = []

    /// Every variable begins with it; a text without one, as most are, holds none.
    static var sign: UInt8 { 0x24 }

    init(_ text: String) throws(Fault) {
        guard text.hasByte(Self.sign) else {
            pieces = [(.text(text), 0)]
            return
        }
        let scalars = Array(text.unicodeScalars)
        var literal = ""
        var index = 0
        while index < scalars.count {
            if scalars[index...].starts(with: "$${".unicodeScalars) {
                literal += "${"
                index += 3
            } else if scalars[index...].starts(with: "${".unicodeScalars) {
                if !literal.isEmpty { pieces.append((.text(literal), index - literal.unicodeScalars.count)) }
                literal = ""
                guard let end = scalars[index...].firstIndex(of: "}") else {
                    throw Fault(offset: index, message: "this \"${\" is not closed by \"}\"; \"$${\" is a literal \"${\"")
                }
                pieces.append((try Self.variable(scalars[(index + 2)..<end], offset: index), index))
                index = end + 1
            } else {
                literal.unicodeScalars.append(scalars[index])
                index += 1
            }
        }
        if !literal.isEmpty || pieces.isEmpty { pieces.append((.text(literal), index - literal.unicodeScalars.count)) }
    }

    var names: [String] {
        pieces.compactMap { if case .variable(let name, _) = $0.piece { name } else { nil } }
    }

    /// Where a variable is first named.
    func offset(of name: String) -> Int? {
        pieces.first { if case .variable(name, _) = $0.piece { true } else { false } }?.offset
    }

    // MARK: - Private

    private static func variable(_ inside: ArraySlice<Unicode.Scalar>, offset: Int) throws(Fault) -> Piece {
        let name = inside.prefix { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_") }
        let rest = inside.dropFirst(name.count)
        if let first = name.first, !("0"..."9").contains(first) {
            if rest.isEmpty { return .variable(text(name), fallback: nil) }
            if rest.starts(with: ":-".unicodeScalars) { return .variable(text(name), fallback: text(rest.dropFirst(2))) }
        }
        throw Fault(
            offset: offset,
            message: "\"${\(text(inside).shortened)}\" is neither ${NAME} nor ${NAME:-default}; \"$${\" is a literal \"${\"")
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
