#include "mettle/protocols/target_change.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mettle::protocols {

namespace {

using namespace std::chrono_literals;

bool same_tensors(const std::vector<TensorSpec>& a, const std::vector<TensorSpec>& b) {
    return std::ranges::equal(a, b, [](const TensorSpec& left, const TensorSpec& right) {
        return left.name == right.name && left.type == right.type && left.shape == right.shape;
    });
}

}  // namespace

std::optional<std::string> difference(const Target& before, const Target& now) {
    const v2::ModelMetadata &old_model = before.model, &new_model = now.model;
    if (before.server.name != now.server.name || before.server.version != now.server.version) {
        return fmt::format("the target is another server now: it was {} {}, and is {} {}",
                           before.server.name, before.server.version, now.server.name,
                           now.server.version);
    }
    if (old_model.versions != new_model.versions) {
        return fmt::format(
            "the target changed its model in the middle: {} had version {} at the start, and has "
            "{} now",
            old_model.name, fmt::join(old_model.versions, ", "),
            fmt::join(new_model.versions, ", "));
    }
    if (!same_tensors(old_model.signature.inputs, new_model.signature.inputs) ||
        !same_tensors(old_model.signature.outputs, new_model.signature.outputs)) {
        return fmt::format(
            "the target changed its model in the middle: {} has other inputs or outputs now than "
            "at the start",
            old_model.name);
    }
    return {};
}

std::optional<std::string> what_changed(const Target& before, TargetOptions options) {
    if (before.protocol != Protocol::v2 && before.protocol != Protocol::tfs) return {};
    options.model = before.model.name;
    options.timeout = 2s;
    TargetUrl url{before.protocol, before.url, before.model.name, before.version};
    const auto now = ask(url, options);
    if (now) return difference(before, *now);
    const bool gone = now.error().kind == Error::Kind::connection_lost ||
                      now.error().kind == Error::Kind::timed_out;
    if (gone) return {};
    return fmt::format("the target no longer speaks {} as it did at the start: {}",
                       shown_name_of(before.protocol), now.error().message);
}

}  // namespace mettle::protocols
