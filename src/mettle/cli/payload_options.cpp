#include "mettle/cli/payload_options.hpp"

#include "mettle/base/units.hpp"
#include "mettle/protocols/model_payloads.hpp"

#include <fmt/format.h>

#include <charconv>

namespace mettle::cli {

namespace {

constexpr std::int64_t kMostRows = 1'000'000;
constexpr std::uint64_t kMostPayloads = 100'000;
constexpr std::size_t kMostSteps = 64;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<std::uint64_t> parse_whole(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        return invalid(fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
    return value;
}

Result<payload::SizeLaw> parse_batch(const std::string& text) {
    auto law = payload::SizeLaw::parse(text, 1);
    const bool bounded = law && law->most() < payload::SizeLaw::kMost;
    if (bounded && law->most() > kMostRows)
        return invalid(fmt::format("'{}' is beyond {} rows", text, kMostRows));
    return law;
}

Result<SweepStep> parse_step(const std::string& of, std::string_view size) {
    SweepStep step;
    if (of == "batch") {
        const auto rows = parse_whole(size, 1, kMostRows);
        if (!rows) return std::unexpected(rows.error());
        step.batch = static_cast<std::int64_t>(*rows);
        step.label = fmt::format("b={}", size);
        return step;
    }
    step.label = fmt::format("{}={}", of, size);
    if (of == "body") {
        const auto bytes = parse_size(size);
        if (!bytes) return std::unexpected(bytes.error());
        if (*bytes > protocols::kMostPayloadBytes)
            return invalid(
                fmt::format("'{}' is beyond {}", size, format_size(protocols::kMostPayloadBytes)));
        step.body = *bytes;
        return step;
    }
    auto shape = payload::parse_shape_law(fmt::format("{}:{}", of, size));
    if (!shape) return std::unexpected(shape.error());
    step.input = std::move(shape->first);
    step.shape = std::move(shape->second);
    return step;
}

// batch=1,2,4 or body=1KiB,1MiB; shapes have commas of their own: INPUT=1,64|1,128.
Result<std::vector<SweepStep>> parse_sweep(const std::string& text) {
    const auto wrong = [&](std::string_view why) {
        return invalid(
            fmt::format("'{}' is no sweep: {}; write batch=1,2,4,8, body=1KiB,1MiB or "
                        "INPUT=1,64|1,128",
                        text, why));
    };
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return wrong("it does not say what of");
    const std::string of = text.substr(0, equals);
    const char separator = of == "batch" || of == "body" ? ',' : '|';
    std::vector<SweepStep> steps;
    std::string_view rest = std::string_view(text).substr(equals + 1);
    for (;;) {
        const auto end = rest.find(separator);
        auto step = parse_step(of, rest.substr(0, end));
        if (!step) return wrong(step.error().message);
        if (steps.size() == kMostSteps) return wrong("it has more than 64 sizes");
        steps.push_back(std::move(*step));
        if (end == std::string_view::npos) return steps;
        rest.remove_prefix(end + 1);
    }
}

// A Flags::Take that adds what `parse` reads to a map.
template <typename Map, typename Parse>
Flags::Take put_into(Map& map, Parse parse) {
    return [&map, parse](const std::string& text) -> Result<void> {
        auto entry = parse(text);
        if (!entry) return std::unexpected(entry.error());
        map.insert_or_assign(std::move(entry->first), std::move(entry->second));
        return {};
    };
}

}  // namespace

Result<PayloadId> parse_payload_id(std::string_view text) {
    const auto wrong = [text] {
        return invalid(
            fmt::format("'{}' is no payload's id: write it as a failure names it, like "
                        "digits/7/1-3fa9c2b1",
                        text));
    };
    const auto last = text.rfind('/');
    if (last == std::string_view::npos || last == 0) return wrong();
    const auto middle = text.rfind('/', last - 1);
    if (middle == std::string_view::npos || middle == 0) return wrong();
    const std::string_view tail = text.substr(last + 1);
    const auto index = parse_whole(text.substr(middle + 1, last - middle - 1), 0, kMostPayloads);
    const auto seed = parse_whole(tail.substr(0, tail.find('-')), 0, UINT64_MAX);
    if (!index || !seed) return wrong();
    return PayloadId{std::string(text.substr(0, middle)), *index, *seed};
}

bool sweeps_bodies(const PayloadOptions& options) {
    return !options.sweep.empty() && options.sweep.front().body.has_value();
}

bool about_tensors(const PayloadOptions& options) {
    const bool sweeps = !options.sweep.empty() && !sweeps_bodies(options);
    return options.inputs.batch_given || !options.inputs.shapes.empty() ||
           !options.inputs.values.empty() || sweeps || options.canaries;
}

void add_tensor_flags(Flags& flags, PayloadOptions& options) {
    const char* group = "What to send";
    flags
        .add(
            "-b,--batch",
            [&options](const std::string& text) -> Result<void> {
                auto law = parse_batch(text);
                if (!law) return std::unexpected(law.error());
                options.inputs.batch = std::move(*law);
                options.inputs.batch_given = true;
                return {};
            },
            "models: rows in a request: 8, 1..16, choice(1*8,8*2), lognormal(p50=4,p99=32), "
            "trace(FILE)",
            "1")
        ->group(group);
    flags
        .add_list("--shape", put_into(options.inputs.shapes, payload::parse_shape_law),
                  "models: shape of an input with free dimensions, as INPUT:1,3,224,224; sizes may "
                  "vary as in --batch; repeatable")
        ->group(group);
    flags
        .add_list("--values", put_into(options.inputs.values, payload::parse_input_values),
                  "models: INPUT:LAW with uniform(a,b), normal(m,s), zipf(n,s), onehot, tokens(v), "
                  "zeros, ones, constant(x), noise, text(n); repeatable")
        ->group(group);
    flags.app()
        .add_option("--data", options.inputs.data,
                    "real rows, .csv, .jsonl, .npy or .npz, by the names of the inputs; or a "
                    "folder of pictures")
        ->group(group);
    flags
        .add(
            "--payloads",
            [&options](const std::string& text) -> Result<void> {
                const auto count = parse_whole(text, 1, kMostPayloads);
                if (!count) return std::unexpected(count.error());
                options.count = *count;
                return {};
            },
            "different requests that are made before and sent in turn", "32, or all of --data")
        ->group(group);
}

void add_payload_trial_flags(Flags& flags, PayloadOptions& options) {
    const char* group = "What to send";
    flags
        .add(
            "--sweep",
            [&options](const std::string& text) -> Result<void> {
                auto sizes = parse_sweep(text);
                if (!sizes) return std::unexpected(sizes.error());
                options.sweep = std::move(*sizes);
                return {};
            },
            "a task for each size: batch=1,2,4,8, shapes of an input as INPUT=1,64|1,128, or "
            "body=1KiB,1MiB of made-up bytes")
        ->group(group);
    flags.app()
        .add_flag("--canaries", options.canaries,
                  "models: ask each payload once alone, and hold all later answers against that")
        ->group(group);
    flags
        .add(
            "--reproduce",
            [&options](const std::string& text) -> Result<void> {
                const auto id = parse_payload_id(text);
                if (!id) return std::unexpected(id.error());
                options.reproduce = text;
                return {};
            },
            "send the payload of a failure again, once, and show request and answer in full")
        ->group(group);
}

}  // namespace mettle::cli
