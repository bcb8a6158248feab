package import Settings

extension Scheduling {
    package static func read(_ setting: Setting) -> Scheduling? { setting.choice(Scheduling.self) }
}
