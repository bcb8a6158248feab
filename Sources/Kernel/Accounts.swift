internal import CLinux

/// Users and groups of this machine, getpwnam(3).
package enum Accounts {
    package struct User: Equatable, Sendable {
        package var user: UInt32
        package var group: UInt32
        package var groups: [UInt32]
        package var home: String
    }

    /// nil when there is no such user.
    package static func user(named name: String) -> User? {
        var account = cl_account()
        var home = [CChar](repeating: 0, count: 1024)
        var groups = [UInt32](repeating: 0, count: 65_536)  // NGROUPS_MAX: a part of them would be the wrong ones.
        // Safe: each call writes at most the room it is told of.
        guard unsafe home.withUnsafeMutableBufferPointer({ unsafe cl_find_user(name, &account, $0.baseAddress, $0.count) }) == 0 else {
            return nil
        }
        let count = unsafe groups.withUnsafeMutableBufferPointer {
            unsafe cl_groups_of(name, account.group, $0.baseAddress, Int32($0.count))
        }
        let text = String(decoding: home.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return User(user: account.user, group: account.group, groups: count < 0 ? [account.group] : Array(groups.prefix(count)), home: text)
    }

    package static func group(named name: String) -> UInt32? {
        var group: UInt32 = 0
        return unsafe cl_find_group(name, &group) == 0 ? group : nil
    }

    /// The effective user id of this process.
    package static var ownUser: UInt32 { cl_user_id() }
}
