/// What a representation is told by (RFC 9110 §8.8).
package struct Validators: ~Escapable {
    /// Strong, with its quotes.
    package let tag: RawSpan
    /// Seconds since 1970, as Last-Modified says it.
    package let modified: Int

    @_lifetime(copy tag)
    package init(tag: RawSpan, modified: Int) {
        self.tag = tag
        self.modified = modified
    }
}

/// Whether a GET or HEAD is carried out, decided by its conditional fields in the order of RFC 9110 §13.2.2.
package enum Preconditions {
    package enum Verdict: Equatable, Sendable, BitwiseCopyable {
        case perform
        /// 304
        case notModified
        /// 412
        case failed
    }

    /// `now`: seconds since 1970.
    package static func judge(
        _ fields: SelectionFields, of head: borrowing RequestHead, _ bytes: RawSpan, against validators: borrowing Validators, now: Int
    ) -> Verdict {
        if fields.isEmpty { return .perform }
        // Steps 1 and 2: is it still what the client knows?
        if fields.has(.ifMatch) {
            if !names(.ifMatch, fields, head, bytes, validators, strongly: true) { return .failed }
        } else if let date = date(.ifUnmodifiedSince, fields, bytes, now), validators.modified > date {
            return .failed
        }
        // Steps 3 and 4: is it something that the client does not have?
        if fields.has(.ifNoneMatch) {
            if names(.ifNoneMatch, fields, head, bytes, validators, strongly: false) { return .notModified }
        } else if let date = date(.ifModifiedSince, fields, bytes, now), validators.modified <= date {
            return .notModified
        }
        return .perform
    }

    /// Step 5: whether a Range field of a GET counts. If-Range wants the very same bytes (§13.1.5): a weak tag never is, and a date has to be the same.
    package static func allowRange(
        _ fields: SelectionFields, _ bytes: RawSpan, against validators: borrowing Validators, now: Int
    ) -> Bool {
        if !fields.has(.ifRange) { return true }
        guard let place = fields.value(.ifRange) else { return false }
        var index = Int(place.start)
        if let tag = EntityTag.read(bytes, at: &index, end: place.end) {
            return index == place.end && tag.isStrongly(validators.tag, in: bytes)
        }
        return DateText.unixSeconds(place.of(bytes), now: now) == validators.modified
    }

    // MARK: - Private

    /// Whether one of the tags in the fields with this name is that of the representation.
    private static func names(
        _ name: SelectionFields.Name, _ fields: SelectionFields, _ head: borrowing RequestHead, _ bytes: RawSpan,
        _ validators: borrowing Validators, strongly: Bool
    ) -> Bool {
        var index = 0
        while let place = fields.next(name, from: &index, in: head, bytes) {
            var tags = EntityTagList(place)
            if tags.isAny(bytes) { return true }
            while let tag = tags.next(bytes) {
                if strongly ? tag.isStrongly(validators.tag, in: bytes) : tag.isWeakly(validators.tag, in: bytes) { return true }
            }
        }
        return false
    }

    /// A date that is none does not count (§13.1.3, §13.1.4).
    private static func date(_ name: SelectionFields.Name, _ fields: SelectionFields, _ bytes: RawSpan, _ now: Int) -> Int? {
        fields.value(name).flatMap { DateText.unixSeconds($0.of(bytes), now: now) }
    }
}
