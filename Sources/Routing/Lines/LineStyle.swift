/// How values stand in a line of the access log.
package enum LineStyle: Sendable {
    /// As in the logs of nginx: quotes, backslashes and whatever is not visible ASCII as `\xHH`, nothing as `-`.
    case text
    /// As a value of JSON (RFC 8259): a string, a number, or null.
    case json
}
