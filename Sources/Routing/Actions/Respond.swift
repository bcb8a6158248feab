/// The action `respond`: an answer that is written in the configuration.
package struct Respond: Equatable, Sendable {
    /// 200…599.
    package var status = 200
    /// May hold `{{…}}`.
    package var body: Template
    /// Names and values, as written; values may hold `{{…}}`.
    package var headers: [HeaderSetting] = []
    package var contentType = "text/plain; charset=utf-8"

    package init(body: Template) { self.body = body }
}

package struct HeaderSetting: Equatable, Sendable {
    package var name: String
    package var value: Template

    package init(name: String, value: Template) {
        self.name = name
        self.value = value
    }
}
