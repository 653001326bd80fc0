#include "mettle/inference/transforms/model_chain.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/inference/transforms/chain_steps.hpp"
#include "mettle/inference/transforms/tensor_rows.hpp"
#include "mettle/inference/transforms/transform_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace mettle {

namespace {

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

struct Steps {
    std::optional<BeforeStep> before;
    std::optional<AfterStep> after;
    std::vector<std::size_t> own_inputs;   // Of the model: those that clients send.
    std::vector<std::size_t> own_outputs;  // Of the model: those that clients get as they are.

    std::size_t before_inputs() const { return before ? before->inputs().size() : 0; }
    std::size_t after_outputs() const { return after ? after->outputs().size() : 0; }
};

class ChainSlab final : public Slab {
public:
    ChainSlab(const Steps& steps, std::unique_ptr<Slab> its_next)
        : next(std::move(its_next)), steps_(steps) {
        if (steps.before) {
            whole = steps.before->graph->make_slab();
            if (steps.before->by_rows) row = steps.before->graph->make_slab();
            for (const Feed& feed : steps.before->feeds)
                stacks.emplace_back(feed.wanted.type, feed.padding);
        }
        if (steps.after) after = steps.after->graph->make_slab();
    }

    std::span<std::byte> input(std::size_t index, const Shape& shape) override {
        const auto [slab, its] = input_place(index);
        return slab->input(its, shape);
    }
    void borrow_input(std::size_t index, const TensorView& view) override {
        const auto [slab, its] = input_place(index);
        slab->borrow_input(its, view);
    }
    TensorView input_view(std::size_t index) const override {
        const auto [slab, its] = input_place(index);
        return slab->input_view(its);
    }
    TensorView output(std::size_t index) const override {
        const std::size_t others = steps_.after_outputs();
        return index < others ? after->output(index)
                              : next->output(steps_.own_outputs[index - others]);
    }
    void set_output(std::size_t, const TensorView&) override {
        METTLE_ASSERT(false);  // Runs share inner slabs only.
    }
    std::size_t bytes() const override {
        std::size_t sum = next->bytes();
        for (const Slab* slab : {whole.get(), row.get(), after.get()})
            if (slab) sum += slab->bytes();
        for (const RowStack& stack : stacks) sum += stack.bytes();
        return sum;
    }
    Slab& inner() override { return next->inner(); }

    std::unique_ptr<Slab> whole;   // What clients sent for `before`; it runs on it, or
    std::unique_ptr<Slab> row;     // row by row on this one,
    std::vector<RowStack> stacks;  // whose outputs go here, by feed.
    std::unique_ptr<Slab> next;    // The model's.
    std::unique_ptr<Slab> after;

private:
    std::pair<Slab*, std::size_t> input_place(std::size_t index) const {
        const std::size_t others = steps_.before_inputs();
        if (index < others) return {whole.get(), index};
        return {next.get(), steps_.own_inputs[index - others]};
    }

    const Steps& steps_;
};

class ModelChain final : public Model {
public:
    ModelChain(std::unique_ptr<Model> model, Steps steps, Signature signature)
        : model_(std::move(model)), steps_(std::move(steps)), signature_(std::move(signature)) {}

    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return model_->platform(); }
    std::string devices() const override { return model_->devices(); }
    std::unique_ptr<Slab> make_slab() override {
        return std::make_unique<ChainSlab>(steps_, model_->make_slab());
    }
    const Signature& run_signature() const override { return model_->run_signature(); }
    bool prepares() const override { return true; }
    Result<void> before(Slab& slab) override;
    Result<void> after(Slab& slab) override;
    Result<void> run(Slab& slab, const RunToken* token) override {
        return model_->run(slab, token);
    }

private:
    std::int64_t rows_of(const Slab& slab) const {
        return signature_.batches() ? slab.input_view(0).shape[0] : 1;
    }
    Result<void> feed_whole(ChainSlab& slab);
    Result<void> feed_rows(ChainSlab& slab);
    Result<void> run_before(Slab& slab);
    Result<void> check_fed(const Feed& feed, const TensorView& given, std::int64_t rows) const;

    std::unique_ptr<Model> model_;
    Steps steps_;
    Signature signature_;
};

Result<void> ModelChain::before(Slab& slab) {
    auto& own = static_cast<ChainSlab&>(slab);
    if (steps_.before)
        if (auto fed = steps_.before->by_rows ? feed_rows(own) : feed_whole(own); !fed) return fed;
    return model_->before(*own.next);
}

// A graph that worked when it was loaded, and does not with what a client sent.
Result<void> ModelChain::run_before(Slab& slab) {
    auto ran = steps_.before->graph->run(slab, nullptr);
    if (ran) return ran;
    return wrong(
        fmt::format("the graph before the model can't take this: {}", ran.error().message));
}

Result<void> ModelChain::check_fed(const Feed& feed, const TensorView& given,
                                   std::int64_t rows) const {
    const bool joinable = model_->signature().batches();
    const bool right =
        feed.wanted.shape.accepts(given.shape) && (!joinable || given.shape[0] == rows);
    if (!right)
        return wrong(
            fmt::format("the graph before the model made '{}' {} of {} rows, and the "
                        "model takes {}",
                        feed.wanted.name, given.shape.to_string(), rows, feed.wanted.to_string()));
    const auto count = given.shape.element_count();
    if (!count) return std::unexpected(count.error());
    const auto size = static_cast<std::size_t>(*count) * element_size(feed.wanted.type);
    if (size > kMostPreparedBytes)
        return fail(Error::Kind::too_large,
                    fmt::format("'{}' {} is more than {} bytes: send fewer rows at once",
                                feed.wanted.name, given.shape.to_string(), kMostPreparedBytes));
    return {};
}

Result<void> ModelChain::feed_whole(ChainSlab& slab) {
    if (auto ran = run_before(*slab.whole); !ran) return ran;
    const std::int64_t rows = rows_of(slab);
    for (const Feed& feed : steps_.before->feeds) {
        const TensorView given = slab.whole->output(feed.from);
        if (auto right = check_fed(feed, given, rows); !right) return right;
        slab.next->borrow_input(feed.to, given);
    }
    return {};
}

Result<void> ModelChain::feed_rows(ChainSlab& slab) {
    std::vector<std::vector<TensorView>> inputs;
    for (std::size_t index = 0; index < steps_.before_inputs(); ++index) {
        auto rows = split_rows(slab.whole->input_view(index));
        if (!rows) return std::unexpected(rows.error());
        if (rows->empty() || rows->size() != (inputs.empty() ? *rows : inputs.front()).size())
            return wrong(
                fmt::format("input '{}' has {} rows: it should have at least one, and as "
                            "many as the others",
                            signature_.inputs[index].name, rows->size()));
        inputs.push_back(*std::move(rows));
    }
    const auto& feeds = steps_.before->feeds;
    for (RowStack& stack : slab.stacks) stack.clear();
    const std::size_t rows = inputs.front().size();
    if (rows > kMostRowsOneByOne)
        return fail(Error::Kind::too_large, fmt::format("{} rows are more than {}: send fewer at "
                                                        "once",
                                                        rows, kMostRowsOneByOne));
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t index = 0; index < inputs.size(); ++index)
            slab.row->borrow_input(index, inputs[index][row]);
        if (auto ran = run_before(*slab.row); !ran) return ran;
        for (std::size_t index = 0; index < feeds.size(); ++index) {
            auto added = slab.stacks[index].add(slab.row->output(feeds[index].from));
            if (!added) return added;
        }
    }
    for (std::size_t index = 0; index < feeds.size(); ++index) {
        const Feed& feed = feeds[index];
        const TensorView made{feed.wanted.type, slab.stacks[index].shape(), {}};
        if (auto right = check_fed(feed, made, static_cast<std::int64_t>(rows)); !right)
            return right;
        slab.stacks[index].write(slab.next->input(feed.to, made.shape));
    }
    return {};
}

Result<void> ModelChain::after(Slab& slab) {
    auto& own = static_cast<ChainSlab&>(slab);
    if (auto done = model_->after(*own.next); !done) return done;
    if (!steps_.after) return {};
    const AfterStep& step = *steps_.after;
    for (std::size_t index = 0; index < step.from.size(); ++index)
        own.after->borrow_input(index, own.next->output(step.from[index]));
    if (auto ran = step.graph->run(*own.after, nullptr); !ran)
        return fail(Error::Kind::internal,
                    fmt::format("the graph behind the model failed: {}", ran.error().message));
    if (!signature_.batches()) return {};
    for (std::size_t index = 0; index < step.outputs().size(); ++index) {
        const Shape shape = own.after->output(index).shape;
        if (shape.rank() == 0 || shape[0] != rows_of(slab))
            return fail(Error::Kind::internal,
                        fmt::format("the graph behind the model made '{}' {} of {} rows",
                                    step.outputs()[index].name, shape.to_string(), rows_of(slab)));
    }
    return {};
}

// What clients send and get. Rows that `before` takes one by one may be as many as the model's.
Result<Signature> outer_signature(const Signature& model, Steps& steps) {
    Signature outer;
    if (const auto& before = steps.before) {
        outer.inputs = before->inputs();
        const std::int64_t rows = before->feeds.front().wanted.shape[0];
        for (TensorSpec& spec : outer.inputs)
            if (before->by_rows) spec.shape = spec.shape.with_rows(rows);
    }
    for (std::size_t index = 0; index < model.inputs.size(); ++index) {
        const auto feeds = [index](const Feed& feed) { return feed.to == index; };
        if (steps.before && std::ranges::any_of(steps.before->feeds, feeds)) continue;
        if (outer.input(model.inputs[index].name))
            return wrong(fmt::format("transforms.before: it takes '{}', and so does the model",
                                     model.inputs[index].name));
        steps.own_inputs.push_back(index);
        outer.inputs.push_back(model.inputs[index]);
    }
    if (steps.after) outer.outputs = steps.after->outputs();
    for (std::size_t index = 0; index < model.outputs.size(); ++index) {
        if (steps.after && steps.after->takes(index)) continue;
        if (outer.output(model.outputs[index].name))
            return wrong(fmt::format("transforms.after: it gives '{}', and so does the model",
                                     model.outputs[index].name));
        steps.own_outputs.push_back(index);
        outer.outputs.push_back(model.outputs[index]);
    }
    return outer;
}

}  // namespace

Result<std::unique_ptr<Model>> chain_models(std::unique_ptr<Model> model, ChainLinks links) {
    if (!links.before && !links.after) return model;
    Steps steps;
    if (links.before) {
        auto step = make_before_step(model->signature(), links);
        if (!step) return std::unexpected(step.error());
        steps.before = *std::move(step);
    }
    if (links.after) {
        auto step = make_after_step(model->signature(), links);
        if (!step) return std::unexpected(step.error());
        steps.after = *std::move(step);
    }
    auto signature = outer_signature(model->signature(), steps);
    if (!signature) return std::unexpected(signature.error());
    return std::make_unique<ModelChain>(std::move(model), std::move(steps), *std::move(signature));
}

}  // namespace mettle
