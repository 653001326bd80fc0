#include "mettle/inference/config_check.hpp"

#include "mettle/base/similar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mettle {

namespace {

// The input or output that keeps rows of several requests from being run together.
const TensorSpec* without_rows(const std::vector<TensorSpec>& specs) {
    const auto found = std::ranges::find_if(specs, [](const TensorSpec& spec) {
        return spec.shape.rank() == 0 || spec.shape[0] != -1;
    });
    return found == specs.end() ? nullptr : &*found;
}

void check_batch(const ModelConfig& config, const Signature& graph, Mistakes& mistakes) {
    if (config.max_batch_size.value_or(0) == 0) return;
    const TensorSpec* input = without_rows(graph.inputs);
    const TensorSpec* fixed = input ? input : without_rows(graph.outputs);
    if (!fixed) return;
    mistakes.add(
        config.max_batch_place,
        fmt::format("max_batch_size is {}, but the graph's {} {} has no first dimension "
                    "of any size: say 0, or export the model with one",
                    *config.max_batch_size, input ? "input" : "output", fixed->to_string()));
}

// Whether a graph's dimensions can be what the config says: -1 in the graph is any.
bool agrees(const Shape& said, const Shape& graph) {
    if (said.rank() != graph.rank()) return false;
    for (std::size_t axis = 0; axis < said.rank(); ++axis)
        if (graph[axis] != -1 && said[axis] != graph[axis]) return false;
    return true;
}

Shape with_batch(const Shape& row) {
    Shape shape{-1};
    for (const std::int64_t dim : row.dims()) shape.push_back(dim);
    return shape;
}

class TensorCheck {
public:
    TensorCheck(std::string_view what, const std::vector<TensorSpec>& graph, bool batches,
                Mistakes& mistakes)
        : what_(what), graph_(graph), batches_(batches), mistakes_(mistakes) {}

    void check(const DeclaredTensor& said) const {
        const auto found = std::ranges::find(graph_, said.name, &TensorSpec::name);
        if (found == graph_.end()) return no_such(said);
        if (said.type && *said.type != found->type)
            mistakes_.add(said.type_place,
                          fmt::format("{} '{}' has data_type {}, but in the graph it is {}", what_,
                                      said.name, name_of(*said.type), name_of(found->type)));
        if (said.dims) check_dims(said, *found);
    }

private:
    void check_dims(const DeclaredTensor& said, const TensorSpec& graph) const {
        if (batches_ && said.dims->rank() == Shape::kMaxRank) return;
        const Shape whole = batches_ ? with_batch(*said.dims) : *said.dims;
        if (agrees(whole, graph.shape)) return;
        mistakes_.add(said.dims_place,
                      fmt::format("{} '{}' has dims {}{}, but in the graph it is {}", what_,
                                  said.name, said.dims->to_string(),
                                  batches_ ? " behind the batch's" : "", graph.shape.to_string()));
    }

    void no_such(const DeclaredTensor& said) const {
        std::vector<std::string> names;
        for (const TensorSpec& spec : graph_) names.push_back(spec.name);
        const std::string similar = most_similar(said.name, names);
        mistakes_.add(said.place,
                      fmt::format("the graph has no {} '{}'; {}", what_, said.name,
                                  similar.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                                                  : fmt::format("did you mean '{}'?", similar)));
    }

    std::string_view what_;
    const std::vector<TensorSpec>& graph_;
    bool batches_;
    Mistakes& mistakes_;
};

// Who lists inputs lists them all, as Triton has it: one that is missing was forgotten.
void check_missing(const ModelConfig& config, const Signature& graph, Mistakes& mistakes) {
    if (config.inputs.empty()) return;
    for (const TensorSpec& spec : graph.inputs) {
        if (std::ranges::find(config.inputs, spec.name, &DeclaredTensor::name) ==
            config.inputs.end())
            mistakes.add(config.inputs.back().place,
                         fmt::format("the graph's input {} is missing here", spec.to_string()));
    }
}

void check_warm_ups(const ModelConfig& config, const Signature& graph, Mistakes& mistakes) {
    for (const WarmUp& warm_up : config.warm_ups) {
        for (const WarmUpInput& input : warm_up.inputs) {
            const TensorCheck check("input", graph.inputs, warm_up.rows > 0, mistakes);
            check.check(
                {input.name, input.place, input.type, input.place, input.dims, input.place, false});
        }
        for (const TensorSpec& spec : graph.inputs) {
            if (std::ranges::find(warm_up.inputs, spec.name, &WarmUpInput::name) ==
                warm_up.inputs.end())
                mistakes.add(warm_up.place,
                             fmt::format("the warm-up leaves out the input {}", spec.to_string()));
        }
    }
}

}  // namespace

void check_config(const ModelConfig& config, const Signature& graph, Mistakes& mistakes) {
    check_batch(config, graph, mistakes);
    const bool batches = config.max_batch_size.value_or(0) > 0;
    const TensorCheck inputs("input", graph.inputs, batches, mistakes);
    const TensorCheck optional("input", graph.optional_inputs, false, mistakes);
    for (const DeclaredTensor& said : config.inputs) {
        const bool is_optional =
            std::ranges::find(graph.optional_inputs, said.name, &TensorSpec::name) !=
            graph.optional_inputs.end();
        (is_optional ? optional : inputs).check(said);
    }
    const TensorCheck outputs("output", graph.outputs, batches, mistakes);
    for (const DeclaredTensor& said : config.outputs) outputs.check(said);
    check_missing(config, graph, mistakes);
    check_warm_ups(config, graph, mistakes);
}

}  // namespace mettle
