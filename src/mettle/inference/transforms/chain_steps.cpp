#include "mettle/inference/transforms/chain_steps.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace mettle {

namespace {

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::optional<std::size_t> index_of(const std::vector<TensorSpec>& specs, std::string_view name) {
    const auto found = std::ranges::find(specs, name, &TensorSpec::name);
    if (found == specs.end()) return std::nullopt;
    return static_cast<std::size_t>(found - specs.begin());
}

// `ahead`: dimensions that the wanted shape has in front of the given one.
bool can_fit(const TensorSpec& given, const TensorSpec& wanted, std::size_t ahead) {
    if (given.type != wanted.type || given.shape.rank() + ahead != wanted.shape.rank())
        return false;
    for (std::size_t axis = 0; axis < given.shape.rank(); ++axis) {
        const std::int64_t one = given.shape[axis], other = wanted.shape[axis + ahead];
        if (one >= 0 && other >= 0 && one != other && (ahead == 0 || one > other)) return false;
    }
    return true;
}

bool has_row_dimension(const TensorSpec& spec) {
    return spec.shape.rank() > 0 && (spec.shape[0] == -1 || spec.shape[0] == 1);
}

Result<void> check_by_rows(const BeforeStep& step) {
    for (const TensorSpec& spec : step.inputs())
        if (!has_row_dimension(spec))
            return wrong(
                fmt::format("transforms.before: it gives single rows, so '{}' should have "
                            "a first dimension of 1 or of any size",
                            spec.to_string()));
    for (const Feed& feed : step.feeds)
        if (feed.wanted.type == DataType::bytes)
            return wrong(
                fmt::format("transforms.before: rows of BYTES can't be filled up to one "
                            "length: '{}'",
                            feed.wanted.to_string()));
    return {};
}

Result<void> set_padding(BeforeStep& step, const ChainLinks& links) {
    for (const auto& [name, value] : links.pad) {
        const auto feed = std::ranges::find(
            step.feeds, name, [](const Feed& one) -> const auto& { return one.wanted.name; });
        if (feed == step.feeds.end())
            return wrong(
                fmt::format("transforms.before: pad names '{}', which feeds no input of "
                            "the model",
                            name));
        if (!is_integer(feed->wanted.type) && value != 0)
            return wrong(fmt::format("transforms.before: pad is for whole numbers, not for '{}'",
                                     feed->wanted.to_string()));
        feed->padding.value = value;
    }
    for (Feed& feed : step.feeds) feed.padding.multiple = links.pad_to_multiple_of;
    return {};
}

}  // namespace

Result<BeforeStep> make_before_step(const Signature& model, ChainLinks& links) {
    BeforeStep step{.graph = std::move(links.before), .feeds = {}};
    const Signature& graph = step.graph->signature();
    for (std::size_t from = 0; from < graph.outputs.size(); ++from) {
        const TensorSpec& given = graph.outputs[from];
        const auto to = index_of(model.inputs, given.name);
        if (!to) continue;  // Tokenizers give more than every model reads.
        const TensorSpec& wanted = model.inputs[*to];
        const bool by_rows = can_fit(given, wanted, 1);
        if (!by_rows && !can_fit(given, wanted, 0))
            return wrong(fmt::format("transforms.before: it gives {}, and the model takes {}",
                                     given.to_string(), wanted.to_string()));
        if (!step.feeds.empty() && by_rows != step.by_rows)
            return wrong(
                fmt::format("transforms.before: it gives some of its outputs by row and "
                            "others for all rows: {}",
                            graph.to_string()));
        step.by_rows = by_rows;
        step.feeds.push_back({from, *to, wanted, {}});
    }
    if (step.feeds.empty())
        return wrong(
            fmt::format("transforms.before: no output is named like an input of the "
                        "model: it is {}, and the model {}",
                        graph.to_string(), model.to_string()));
    if (step.by_rows)
        if (auto right = check_by_rows(step); !right) return std::unexpected(right.error());
    if (auto set = set_padding(step, links); !set) return std::unexpected(set.error());
    return step;
}

Result<AfterStep> make_after_step(const Signature& model, ChainLinks& links) {
    AfterStep step{.graph = std::move(links.after), .from = {}};
    for (const TensorSpec& wanted : step.graph->signature().inputs) {
        const auto from = index_of(model.outputs, wanted.name);
        if (!from)
            return wrong(
                fmt::format("transforms.after: it takes {}, and no output of the model "
                            "has that name: the model is {}",
                            wanted.to_string(), model.to_string()));
        if (!can_fit(model.outputs[*from], wanted, 0))
            return wrong(fmt::format("transforms.after: it takes {}, and the model gives {}",
                                     wanted.to_string(), model.outputs[*from].to_string()));
        step.from.push_back(*from);
    }
    return step;
}

}  // namespace mettle
