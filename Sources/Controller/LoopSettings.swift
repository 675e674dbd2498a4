/// How the loop runs.
package struct LoopSettings: Sendable {
    /// Between passes when nothing else asks for one.
    package var interval: Duration = .seconds(300)
    /// How long a pass may take, retries included.
    package var passLimit: Duration = .seconds(300)
    /// Between looks at Authentik's audit log; nil for none.
    package var auditPeriod: Duration? = .seconds(5)
    /// How long the write in flight may take to finish when the program ends.
    package var lastWriteLimit: Duration = .seconds(4)
    /// How long it may take to give up the Lease after that.
    package var resignationLimit: Duration = .milliseconds(400)
    /// How many times a request is sent within a pass: the next pass comes anyway.
    package var attempts = 3

    package init() {}

    /// How long ago the last success may be of a daemon that does its job.
    package var readinessLimit: Duration { interval * 3 + passLimit }

    /// After which time a pass is stuck: its limit, and what the last request may take beyond.
    package var livenessLimit: Duration { passLimit + .seconds(120) }
}
