/// One field of a head, as places in its bytes.
package struct Field: BitwiseCopyable, Sendable {
    package var value = Place()
    package var nameStart: UInt16 = 0
    package var nameLength: UInt8 = 0
    package var name: FieldName = .other

    package init() {}

    package var namePlace: Place { Place(start: Int(nameStart), length: Int(nameLength)) }
}

/// The fields of a head in the order they came: 2 KiB, reused from head to head, and never cleared, because `count` says what is valid.
///
/// They stand in the table itself: an array would be asked whether it is its owner's alone with each field. What holds a table is not copied to be
/// read (see `InPlace`).
package struct FieldTable: ~Copyable {
    package static var capacity: Int { 256 }

    private let inPlace = InPlace()
    private var fields = [256 of Field](repeating: Field())
    /// Which fields a Connection field named: hop-by-hop for this message only (RFC 9110 §7.6.1).
    private var named = FieldMarks()
    package private(set) var count = 0

    package init() {}

    package subscript(_ index: Int) -> Field { fields[index] }

    /// Whether the field stays on this hop: by its name, or because Connection named it.
    package func isHopByHop(_ index: Int) -> Bool {
        fields[index].name.isHopByHop || named.contains(index)
    }

    /// The first field with this name; nil when there is none.
    package func first(_ name: FieldName) -> Field? {
        var index = 0
        while index < count {
            if fields[index].name == name { return fields[index] }
            index &+= 1
        }
        return nil
    }

    /// The first field with this name, in either case, in the bytes that the table was read from; nil when there is none.
    package func first(named name: RawSpan, in bytes: RawSpan) -> Field? {
        let index = index(named: name, in: bytes)
        return index < 0 ? nil : fields[index]
    }

    /// The index of the first field with this name from `start` on; -1 when there is none.
    package func index(named name: RawSpan, from start: Int = 0, in bytes: RawSpan) -> Int {
        var index = start
        while index < count {
            let field = fields[index]
            if Int(field.nameLength) == name.byteCount, Scanner.equalsIgnoringCase(field.namePlace.of(bytes), name) { return index }
            index &+= 1
        }
        return -1
    }

    /// Adds the fields with a name to the marks, and those that a program behind us could take for it (see `FieldName.isDisguised`): what is set or
    /// taken out for an upstream must not come back in another spelling.
    package func mark(_ name: RawSpan, in bytes: RawSpan, on marks: inout FieldMarks) {
        var index = 0
        while index < count {
            let field = fields[index]
            if Int(field.nameLength) == name.byteCount, Scanner.resemble(field.namePlace.of(bytes), name) { marks.insert(index) }
            index &+= 1
        }
    }

    mutating func removeAll() {
        count = 0
        named = FieldMarks()
    }

    /// The caller has compared `count` with its limit, which is at most the capacity.
    mutating func append(_ field: Field) {
        fields[count] = field
        count &+= 1
    }

    /// Finds the fields that the Connection fields name; false when they name more than 64, which no honest peer does. Such a head is refused: to
    /// look for all of them would cost more than to send them, and to look for some would let the others pass to the next hop.
    mutating func markNamed(in bytes: RawSpan) -> Bool {
        var index = 0
        var names = 0
        while index < count {
            let field = fields[index]
            index &+= 1
            guard field.name == .connection else { continue }
            var list = TokenList(field.value)
            while let option = list.next(bytes) {
                if names == 64 { return false }
                markNamed(option.of(bytes), in: bytes)
                names &+= 1
            }
        }
        return true
    }

    // MARK: - Private

    /// Marks every field that has the name of a connection option.
    private mutating func markNamed(_ option: RawSpan, in bytes: RawSpan) {
        var index = 0
        while index < count {
            let field = fields[index]
            if field.name.mayBeNamedInConnection, Int(field.nameLength) == option.byteCount,
                Scanner.equalsIgnoringCase(field.namePlace.of(bytes), option)
            {
                named.insert(index)
            }
            index &+= 1
        }
    }
}
