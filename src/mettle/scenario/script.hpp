#pragma once

// A scenario, compiled: its steps as one list of instructions, its requests as bytes where nothing
// in them depends on a run. Immutable and shared by all workers, but for the row counters.

#include "mettle/load/behaviour.hpp"
#include "mettle/scenario/document.hpp"
#include "mettle/scenario/event_metrics.hpp"
#include "mettle/scenario/http_session.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::scenario {

inline constexpr std::uint32_t kNone = UINT32_MAX;

struct Instruction {
    enum class Op : std::uint8_t {
        choose,  // The next task of the set; always the first instruction.
        end,     // Of a task, an on_start or an on_stop.
        request,
        wait,
        set,
        set_headers,
        jump,
        jump_unless,  // The condition `argument` is not true.
        repeat_begin,
        repeat_end,  // Back to `target`, unless it is over.
        for_begin,   // To `target` where there are no rows.
        for_end,
        group_begin,
        group_end,
        metric,
        log,
        fail,
        stop_user,
        interrupt,
    };

    Op op = Op::end;
    std::uint32_t argument = kNone;  // Of the list of its kind.
    std::uint32_t target = 0;        // Where a jump goes.
};

struct ScriptRequest {
    RequestStep step;
    std::uint32_t task = 0;  // In the statistics.
    // Where nothing in it depends on a run: what is sent by a user without cookies of its own.
    bool is_ready = false;
    std::string bytes;
    load::MadeRequest made;
    std::string path;
};

struct ScriptRepeat {
    std::uint32_t counter = 0;  // Of the user's round counters.
    RepeatStep how;             // Without its steps.
};
struct ScriptForEach {
    std::uint32_t counter = 0;
    std::uint32_t data = 0;
};
struct ScriptMetric {
    std::uint32_t number = 0;
    results::MetricKind kind = results::MetricKind::counter;
    Formula value;
};

struct ScriptTask {
    std::string name;
    std::uint32_t begin = 0;    // Its first instruction,
    std::uint32_t set = kNone;  // or the set that it is.
};

struct ScriptSet {
    TaskSetSpec::Order order = TaskSetSpec::Order::weighted;
    std::vector<ScriptTask> tasks;
    std::vector<double> weights;             // Added up.
    std::vector<std::vector<double>> moves;  // Each row added up.
    load::WaitTime wait;
    std::uint32_t on_start = 0, on_stop = 0;
};

struct ScriptClass {
    load::UserClass about;
    std::uint32_t set = 0;
};

struct Script {
    std::shared_ptr<const Scenario> scenario;
    HttpSetup http;
    std::vector<Instruction> code;
    std::vector<ScriptRequest> requests;
    std::vector<load::WaitTime> waits;
    std::vector<SetStep> sets_of_values;
    std::vector<std::vector<HeaderText>> headers;
    std::vector<Formula> conditions;
    std::vector<ScriptRepeat> repeats;
    std::vector<ScriptForEach> for_each;
    std::vector<std::uint32_t> groups;  // Task numbers.
    std::vector<ScriptMetric> metrics;
    std::vector<Template> texts;  // Of log and fail.
    std::vector<ScriptSet> sets;
    std::vector<ScriptClass> classes;
    EventMetrics event_metrics;  // Where a request has a stream.
    std::uint32_t counters = 0;  // Rounds that a user may be in at once.
    bool keeps_answers = false;  // A step asks for the last answer.

    // Variables. Those that users set are their own; others, and what those begin with, are shared.
    std::vector<std::uint32_t> own_of;  // By variable: its place among the user's own, or kNone.
    std::uint32_t own_count = 0;
    std::vector<KeptValue> shared;                                 // By variable.
    std::vector<std::pair<std::uint32_t, Template>> first_values;  // For each user, when it begins.
    // How many rows of each data have been given out.
    std::unique_ptr<std::atomic<std::uint64_t>[]> rows_given;
    std::unique_ptr<std::atomic<std::uint64_t>> count;  // counter()
};

// Which part of a scenario: setup and teardown are scripts of their own, run once.
enum class ScriptPart : std::uint8_t { users, setup, teardown };

struct ScriptOptions {
    ScriptPart part = ScriptPart::users;
    http::Url target;
    http::HeaderList headers;  // Of the command line: they win.
    bool through_proxy = false;
    std::vector<std::string> tags, excluded_tags;
    std::vector<std::string> user_classes;  // Empty: all.
    std::optional<load::WaitTime> wait;     // Instead of what the classes say.
    std::vector<KeptValue> shared;          // What setup has left; may be empty.
};

// `names` gets the tasks and metrics. Errors: a class that is not there, no task left, a host that
// cannot be parsed. `warnings` says what is left out.
Result<std::shared_ptr<const Script>> compile_script(std::shared_ptr<const Scenario> scenario,
                                                     const ScriptOptions& options,
                                                     load::Names& names,
                                                     std::vector<std::string>& warnings);

// The share of each class and task, as --show-task-ratio prints it.
std::string describe_ratios(const Script& script);

}  // namespace mettle::scenario
