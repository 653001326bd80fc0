#pragma once

// What `mettle load` was asked to do, as values; from its flags or made by a test.

#include "mettle/cli/connection_options.hpp"
#include "mettle/cli/generation_options.hpp"
#include "mettle/cli/history_options.hpp"
#include "mettle/cli/monitor_options.hpp"
#include "mettle/cli/openapi_tasks.hpp"
#include "mettle/cli/output_options.hpp"
#include "mettle/cli/payload_options.hpp"
#include "mettle/http/client.hpp"
#include "mettle/load/recording.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/protocols/request_lines.hpp"
#include "mettle/protocols/request_stream.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/results/expression.hpp"
#include "mettle/scenario/document.hpp"
#include "mettle/scenario/user_settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

struct LoadOptions {
    // Arrivals come when they come; else users wait for their answers.
    bool is_open() const { return rate || rate_stages || recording; }

    // Nothing is sent.
    bool only_says() const {
        return check_only || list_users || show_task_ratio || output.task_ratio_json;
    }
    bool only_writes() const {
        return init || !from_curl.empty() || !from_har.empty() || !from_openapi.empty();
    }

    protocols::TargetUrl target;

    // How much.
    std::optional<int> users;
    double spawn_rate = 1e9;
    std::optional<double> rate;
    load::ArrivalLaw law;
    std::shared_ptr<const load::Recording> recording;  // Arrivals of a file, in place of a rate.
    std::string recording_note;                        // What of it was left out; may be empty.
    std::optional<load::LoadShape> rate_stages;        // Of arrivals a second.
    std::optional<double> max_rate;
    load::WaitTime wait;
    Duration run_time = Duration::max();
    std::optional<std::uint64_t> iterations;
    bool reset_stats = false;
    std::optional<load::LoadShape> stages;  // Of users.
    std::string stages_text;
    std::vector<std::string> user_classes;  // Empty: all.
    std::vector<std::string> tags, excluded_tags;
    std::vector<scenario::UserSettings> user_settings;
    bool equal_weights = false;
    std::shared_ptr<const scenario::Scenario> scenario;  // What users do, from a file.
    bool wait_given = false;                             // Then `wait` wins over the scenario's.
    bool check_only = false;
    bool list_users = false;
    bool show_task_ratio = false;
    // A scenario is written instead: for the target, or from one of these.
    bool init = false;
    std::string from_curl, from_har, from_openapi;

    // What to send.
    std::string model;
    PayloadOptions payloads;
    GenerationOptions generation;
    std::string requests_file;  // "-" for standard input.
    std::vector<protocols::RequestLine> request_lines;
    std::shared_ptr<protocols::RequestStream> request_stream;  // Of standard input.
    bool binary = false;
    bool columnar = false;       // TF Serving's other form.
    std::string signature_name;  // TF Serving; empty: serving_default.
    std::string method;          // Empty: GET, or POST with a body.
    std::optional<std::string> body;
    http::HeaderList headers;
    OpenApiOptions openapi;

    // How.
    Duration timeout = std::chrono::seconds(60);
    std::optional<Duration> stop_timeout;  // Unless given, `timeout`.
    std::optional<std::size_t> max_connections;
    std::optional<int> workers;
    std::vector<int> cpus;
    bool insecure = false;
    ConnectionOptions connection;
    http::Route route;  // From these two.
    std::uint64_t seed = 1;

    // Results.
    std::vector<std::string> outputs;
    std::string csv;
    bool csv_full_history = false;
    bool json = false;
    std::string json_file;
    std::vector<results::Expression> fail_if;
    std::vector<results::LastingExpression> abort_if;
    bool only_summary = false;
    bool headless = false;  // Taken for Locust's sake: a load always starts at once.
    int exit_code_on_error = 1;
    OutputOptions output;
    MonitorOptions monitor;
    HistoryOptions history;
};

// The most arrivals in any second of an open load; 0 of a closed one.
double highest_rate(const LoadOptions& options);

// What flags have put down so far; made into options once a target is known.
struct LoadFlagValues {
    LoadOptions options;
    std::vector<std::string> words;  // The target, a scenario, classes of users.
    std::string host, scenario;
};

// What is sent, how much of it and how, on the flags of another verb. `values` must outlive them.
void add_sending_flags(Flags& flags, LoadFlagValues& values);

// After the parse. Throws StartupError for what is wrong or contradictory.
LoadOptions settle_load(const Flags& flags, LoadFlagValues values, bool has_users = false);

// Nothing when --help or --version was asked for and has been printed. Throws StartupError for
// what is wrong or contradictory.
// `has_users`: a program brings its own users, so that nothing says here what they send.
std::optional<LoadOptions> parse_load_options(int argc, char** argv, bool has_users = false);

}  // namespace mettle::cli
