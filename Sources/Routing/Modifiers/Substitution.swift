/// The text of `rewrite.to`: `$1` is what the first group of the pattern found, `$0` all of it, `$$` a dollar sign.
package struct Substitution: Equatable, Sendable {
    package enum Piece: Equatable, Sendable {
        case text(Template)
        case group(Int)
    }

    package var pieces: [Piece]

    package init(pieces: [Piece]) { self.pieces = pieces }

    /// As it is written in a configuration.
    package var text: String {
        pieces.map { piece in
            switch piece {
            case .text(let template): template.text.replacing("$", with: "$$")
            case .group(let number): "$\(number)"
            }
        }.joined()
    }
}
