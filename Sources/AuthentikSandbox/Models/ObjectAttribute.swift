import FoundationEssentials
import JSON
import PythonRegex

/// `authentik_core.objectattribute`: an administrator's definition of an attribute of every entitlement; since 2026.8.
///
/// Source: `authentik/core/api/object_attributes.py` and its tests.
struct ObjectAttribute: Sendable, Codable {
    /// The name of the attribute, or a path of names separated by dots.
    var key: String
    var isRequired = false
    var isUnique = false
    /// A Python regular expression.
    var pattern: String?

    /// What is wrong with the attributes of an entitlement; nil if nothing is.
    ///
    /// - Parameter others: the attributes of all other entitlements.
    fileprivate func error(in attributes: JSONValue, others: [JSONValue]) -> String? {
        guard let value = value(in: attributes) else { return isRequired ? "This field is required." : nil }
        if let pattern, (try? PythonPattern(pattern))?.matches(whole: value.pythonText) != true {
            return "Value does not match configured pattern."
        }
        return isUnique && others.contains { self.value(in: $0) == value } ? "Value is not unique." : nil
    }

    /// A missing value and an empty text both count as no value.
    private func value(in attributes: JSONValue) -> JSONValue? {
        let value = key.split(separator: ".").reduce(JSONValue?.some(attributes)) { $0?[String($1)] }
        return value == .null || value == "" ? nil : value
    }
}

extension Store {
    /// Checks the attributes of an entitlement in a request, and reports the first invalid one.
    ///
    /// - Parameter sent: nil if the request has no attributes, which counts as having none, even in a PATCH.
    /// - Throws: ``Refusal/invalid(_:)``.
    func checkAttributes(_ sent: JSONValue?, of entitlement: UUID) throws(Refusal) {
        guard release.hasObjectAttributes else { return }
        let others = entitlements.inOrderOfCreation.filter { $0.pk != entitlement }.map(\.attributes)
        for attribute in objectAttributes {
            guard let error = attribute.error(in: sent ?? [:], others: others) else { continue }
            throw .invalid("attributes_\(attribute.key)", error)
        }
    }
}

extension SandboxState {
    /// Defines or redefines an attribute of entitlements; releases before 2026.8 ignore it.
    ///
    /// - Parameters:
    ///   - key: its name, or a path of names separated by dots.
    ///   - pattern: a Python regular expression that must match the whole value.
    package mutating func addEntitlementAttribute(
        _ key: String,
        isRequired: Bool = false,
        isUnique: Bool = false,
        pattern: String? = nil
    ) {
        removeEntitlementAttribute(key)
        store.objectAttributes.append(
            ObjectAttribute(key: key, isRequired: isRequired, isUnique: isUnique, pattern: pattern)
        )
        store.objectAttributes.sort { $0.key < $1.key }
    }

    package mutating func removeEntitlementAttribute(_ key: String) {
        store.objectAttributes.removeAll { $0.key == key }
    }
}
