#pragma once

// What a scenario file says, as values: read by reader.hpp, compiled by script.hpp. Names are
// numbers of `symbols`; texts and expressions are compiled already.

#include "mettle/load/load_shape.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/protocols/event_meter.hpp"
#include "mettle/results/expression.hpp"
#include "mettle/scenario/text_template.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mettle::scenario {

struct HeaderText {
    std::string name;
    Template value;
};

// What an answer must be, else it counts as failed.
struct Check {
    enum class Kind : std::uint8_t { status, formula };
    struct StatusRange {
        int from = 0, to = 0;
    };

    Kind kind = Kind::formula;
    std::vector<StatusRange> statuses;  // Any of these.
    Formula formula;                    // Must be true.
    std::string name;                   // What a failure says.
    std::optional<Formula> shown;       // What was there instead, behind the name.
};

// A part of an answer that becomes a variable.
struct Extraction {
    std::uint32_t variable = 0;
    Formula formula;
    std::string source;                // For messages.
    std::optional<Template> fallback;  // Where there is nothing; else that is a failure.
};

struct RequestStep {
    // What it does with the user's WebSocket: `target` is that of open, `body` the message of say.
    enum class Socket : std::uint8_t { none, open, say, close };

    Socket socket = Socket::none;
    std::uint32_t messages = 1;                    // say: to wait for.
    bool binary = false;                           // say: what the message is.
    std::optional<protocols::EventLimits> events;  // The answer is a stream of events.
    std::string method = "GET";                    // "WS" of a socket.
    Template target;
    std::string name;  // In the statistics.
    std::vector<HeaderText> headers;
    Template body;
    std::string content_type;
    Duration timeout = Duration::zero();  // Zero: the load's.
    bool follow_redirects = true;
    std::vector<Check> checks;
    std::vector<Extraction> extractions;
};

struct Step;
using Steps = std::vector<Step>;

struct WaitStep {
    load::WaitTime wait;
};
struct SetStep {
    std::vector<std::pair<std::uint32_t, Template>> values;
};
struct SetHeadersStep {  // Of all further requests of this user.
    std::vector<HeaderText> headers;
};
struct IfStep {
    Formula condition;
    Steps then, otherwise;
};
struct RepeatStep {
    std::uint32_t limit = 0;       // At most so often.
    std::optional<Formula> until;  // Over as soon as this is true, after a round.
    load::WaitTime every;          // Between two rounds.
    Steps steps;
};
struct ForEachStep {
    std::uint32_t data = 0;
    Steps steps;
};
struct GroupStep {
    std::string name;
    Steps steps;
};
struct MetricStep {
    std::string name;
    results::MetricKind kind = results::MetricKind::counter;
    std::string unit;
    Formula value;
};
struct LogStep {
    Template text;
};
struct FailStep {  // Ends the task, and is counted as an exception.
    Template reason;
};
struct StopUserStep {};
struct InterruptStep {};

struct Step {
    Place place;
    std::variant<RequestStep, WaitStep, SetStep, SetHeadersStep, IfStep, RepeatStep, ForEachStep,
                 GroupStep, MetricStep, LogStep, FailStep, StopUserStep, InterruptStep>
        what;
};

struct TaskSpec;

struct TaskSetSpec {
    enum class Order : std::uint8_t { weighted, sequential, markov };

    Order order = Order::weighted;
    std::vector<TaskSpec> tasks;
    std::vector<std::vector<double>> moves;  // Of a chain: weights from each task to each.
    std::optional<load::WaitTime> wait;      // None: that of the set around it.
    Steps on_start, on_stop;
};

struct TaskSpec {
    Place place;
    std::string name;
    double weight = 1;
    std::vector<std::string> tags;
    Steps steps;                          // Of a task,
    std::unique_ptr<TaskSetSpec> nested;  // or a set of tasks.
};

struct UserSpec {
    Place place;
    std::string name;
    double weight = 1;
    int fixed_count = 0;
    TaskSetSpec set;
};

// Rows that users take values from.
struct DataSpec {
    enum class Order : std::uint8_t {
        round_robin,  // The next row for each iteration, among all users.
        random,
        per_user,  // Each user keeps the row of its number.
        once,      // As round_robin; who finds none left leaves.
    };

    Place place;
    std::string name;
    Order order = Order::round_robin;
    std::vector<std::string> columns;
    std::size_t rows = 0;
    std::vector<KeptValue> cells;  // Row by row.
};

struct LoadSpec {
    std::optional<int> users;
    std::optional<double> spawn_rate;
    std::optional<double> rate;
    std::optional<load::OpenLoad::Law> law;
    std::optional<load::LoadShape> stages;  // Of users, or of a rate.
    bool stages_are_rates = false;
    Place stages_place;
    std::optional<Duration> run_time;
    std::optional<std::uint64_t> iterations;
    std::optional<Duration> timeout;
    std::optional<Duration> stop_timeout;
    bool reset_stats = false;
};

struct Scenario {
    std::string file;
    std::string target;              // Empty: the command line must say it.
    std::vector<std::string> hosts;  // Further ones that absolute URLs go to.
    LoadSpec load;
    std::vector<std::pair<std::uint32_t, Template>> variables;
    std::vector<DataSpec> data;
    std::vector<HeaderText> headers;  // Of every request.
    std::vector<UserSpec> users;
    Steps setup, teardown;
    std::vector<results::Expression> fail_if;
    std::vector<results::LastingExpression> abort_if;
    Symbols symbols;
    // Of each of symbols.columns(): which data and which of its columns.
    struct ColumnOf {
        std::uint32_t data = 0, column = 0;
    };
    std::vector<ColumnOf> columns;
};

}  // namespace mettle::scenario
