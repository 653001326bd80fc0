#include "mettle/cli/load_checks.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/host/cpus.hpp"
#include "mettle/load/rate_curve.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::cli {

namespace {

// Who says which operations, or gives the document, has said what the target is.
void check_openapi(LoadOptions& options, bool plain) {
    const auto forced = options.target.forced;
    const bool asked = forced == protocols::Protocol::openapi || about_openapi(options.openapi);
    if (!asked) return;
    refuse(plain,
           "--method and --body say all that is sent, and --only, --all, --openapi, "
           "--invalid-share or openapi+ that an OpenAPI document says it: give one of them");
    refuse(forced && forced != protocols::Protocol::openapi,
           "--only, --all, --openapi and --invalid-share are about an OpenAPI document, and the "
           "target was said to be something else");
    options.target.forced = protocols::Protocol::openapi;
}

// Which protocol the flags are about, where they are about one.
void check_protocol_flags(LoadOptions& options) {
    using protocols::Protocol;
    auto& forced = options.target.forced;
    const bool recorded = options.recording && !options.recording->requests.empty();
    const bool sweeps = sweeps_bodies(options.payloads);
    refuse(sweeps && (options.body || recorded || !options.payloads.inputs.data.empty() ||
                      !options.requests_file.empty()),
           "--sweep body=... makes the bodies, and --body, --data, --requests and recordings give "
           "them: give one of them");
    const bool plain = !options.method.empty() || options.body || recorded || sweeps;
    check_openapi(options, plain || !options.requests_file.empty());
    const bool torchserve = forced == Protocol::torchserve;
    if (!options.requests_file.empty()) {
        refuse(plain || about_tensors(options.payloads) || options.binary ||
                   !options.model.empty() || !options.payloads.inputs.data.empty(),
               "--requests says all that is sent: leave out --method, --body, --data and what is "
               "for models");
        refuse(forced && forced != Protocol::plain, "--requests is for plain HTTP");
        forced = Protocol::plain;
        return;
    }
    refuse(plain && forced && forced != Protocol::plain && !torchserve,
           fmt::format("--method, --body and recorded requests are for plain HTTP, and the target "
                       "was said to be {}",
                       forced ? shown_name_of(*forced) : ""));
    // Who says what to send does not want to be asked what stands there.
    if (plain && !torchserve) forced = Protocol::plain;
    const bool tensors = about_tensors(options.payloads) || options.binary;
    refuse(
        (tensors || !options.model.empty()) && forced == Protocol::plain,
        "--model, --batch, --shape, --values, --sweep, --canaries and --binary are for V2 and TF "
        "Serving, and this is plain HTTP");
    refuse(
        tensors && torchserve,
        "--batch, --shape, --values, --sweep, --canaries and --binary are for V2 and TF Serving, "
        "and this is TorchServe");
    refuse(
        (tensors || !options.model.empty()) && forced == Protocol::openapi,
        "--model, --batch, --shape, --values, --sweep, --canaries and --binary are for V2 and TF "
        "Serving, and this is OpenAPI");
    refuse(options.binary && forced == Protocol::tfs, "--binary is for V2, and this is TF Serving");
    refuse(
        (options.columnar || !options.signature_name.empty()) && forced && forced != Protocol::tfs,
        "--columnar and --signature-name are for TF Serving");
}

// --stages are rates where anything else says that the load is open.
void settle_stages(const Flags& flags, LoadOptions& options) {
    if (!options.stages || !(options.rate || flags.given("--arrivals"))) return;
    refuse(options.recording != nullptr,
           "--arrivals says when each request comes, and so does --stages: give one of them");
    refuse(options.law.has_bursts(),
           "bursts have a rate of their own, and so have --stages: give one of them");
    // The text has been read once: what can be wrong with it has been said.
    options.rate_stages = *load::parse_stages(options.stages_text, "rps", options.rate.value_or(0));
    options.stages.reset();
    options.rate.reset();
    const Duration length = options.rate_stages->length();
    refuse(load::RateCurve::stages(*options.rate_stages).area_until(1e-9 * length.count()) <= 0,
           "--stages: the rate is 0 all the time, so that nothing would be sent");
}

void check_load(const Flags& flags, LoadOptions& options) {
    settle_stages(flags, options);
    refuse(options.users && options.is_open(),
           "-u makes a closed load and --rate an open one: give one of them");
    for (const char* flag : {"--spawn-rate", "--wait", "--reset-stats"}) {
        refuse(options.is_open() && flags.given(flag),
               fmt::format("{} is about users, and --rate sends without: give one of them", flag));
    }
    refuse(options.stages && (options.users || flags.given("--spawn-rate")),
           "--stages says how many users there are, and so do -u and -r: give one of them");
    refuse(!options.is_open() && flags.given("--arrivals"),
           "--arrivals is about --rate: give that too, or --stages");
    refuse(options.recording && options.rate,
           "the file of --arrivals says when requests come, and so does --rate: give one of them "
           "(with ',speed=2' behind its name it is played twice as fast)");
    const double highest = highest_rate(options);
    refuse(options.max_rate && highest > *options.max_rate,
           fmt::format("--rate {} is above --max-rate {}", highest, options.max_rate.value_or(0)));
}

void check_recording(const LoadOptions& options) {
    const auto& recording = options.recording;
    if (!recording || recording->requests.empty()) return;
    refuse(options.body.has_value(), "--body and the payloads of --arrivals: give one of them");
    const bool log = !recording->requests.front().target.empty();
    refuse(log && !options.method.empty(), "--method: the methods are those of the log");
    refuse(log && options.target.url.target != "/",
           "the paths are those of the log: give the target without one");
}

}  // namespace

void refuse(bool contradiction, const std::string& sentence) {
    if (contradiction) throw StartupError(sentence);
}

void check(const Flags& flags, LoadOptions& options) {
    check_load(flags, options);
    refuse(flags.given("--processes") && flags.given("--workers"),
           "--workers and --processes are two names for one thing: give one of them");
    refuse(options.csv_full_history && options.csv.empty(),
           "--csv-full-history is about --csv: give that too");
    check_recording(options);
    check_protocol_flags(options);
    const auto& sweep = options.payloads.sweep;
    refuse(options.payloads.inputs.batch_given && !sweep.empty() && sweep.front().batch,
           "--batch and --sweep both say how many rows: give one of them");
    if (!options.payloads.reproduce.empty()) {
        // What made it makes it again.
        const PayloadId id = *parse_payload_id(options.payloads.reproduce);
        options.seed = id.seed;
        if (options.payloads.count)
            options.payloads.count = std::max(*options.payloads.count, id.index + 1);
    }
    const bool has_body =
        options.body || !options.payloads.inputs.data.empty() || sweeps_bodies(options.payloads);
    const bool recorded = options.recording && !options.recording->requests.empty();
    if (options.method.empty()) options.method = has_body || recorded ? "POST" : "GET";
    options.openapi.data = options.payloads.inputs.data;  // One flag for both.
    const std::vector<int> allowed = host::allowed_cpus();
    for (const int cpu : options.cpus) {
        refuse(std::ranges::find(allowed, cpu) == allowed.end(),
               fmt::format("--cpus: this process may not use CPU {}; it may use {}", cpu,
                           host::format_cpus(allowed)));
    }
}

void check_no_users(const Flags& flags) {
    for (const char* flag : {"--tags", "--exclude-tags", "--user-classes", "--check",
                             "--config-users", "--equal-weights"}) {
        refuse(flags.given(flag),
               fmt::format("{} is about a scenario: give that with -f FILE.yaml", flag));
    }
}

}  // namespace mettle::cli
