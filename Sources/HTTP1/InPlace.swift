internal import Synchronization

/// What holds one is read where it lies.
///
/// Swift 6.3 copies a value of a type that cannot be copied, bit by bit, whenever it is read by a function that is not inlined: all of a worker for
/// one of its fields. A value with an atomic in it has an address that means something, and is left there.
struct InPlace: ~Copyable, Sendable {
    private let mark = Atomic<Bool>(false)

    init() {}
}
