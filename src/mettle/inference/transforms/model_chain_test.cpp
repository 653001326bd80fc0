#include "mettle/inference/transforms/model_chain.hpp"

#include "mettle/inference/transforms/transformed_model.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <list>
#include <numeric>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Tensors of any number and type.
class TensorsSlab final : public Slab {
public:
    explicit TensorsSlab(const Signature& signature)
        : in(signature.inputs.size()), out(signature.outputs.size()), signature_(signature) {}

    std::span<std::byte> input(std::size_t index, const Shape& shape) override {
        kept_.emplace_back(signature_.inputs[index].type, shape);
        in[index] = kept_.back();
        return kept_.back().data();
    }
    void borrow_input(std::size_t index, const TensorView& view) override { in[index] = view; }
    TensorView input_view(std::size_t index) const override { return in[index]; }
    TensorView output(std::size_t index) const override { return out[index]; }
    void set_output(std::size_t, const TensorView&) override {}
    std::size_t bytes() const override { return 0; }

    std::vector<TensorView> in;
    std::vector<Tensor> out;

private:
    const Signature& signature_;
    std::list<Tensor> kept_;
};

// A graph that is a function.
class Graph final : public Model {
public:
    using Run = std::function<Result<void>(TensorsSlab&)>;
    Graph(Signature signature, Run run) : signature_(std::move(signature)), run_(std::move(run)) {}

    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return "test"; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<TensorsSlab>(signature_); }
    Result<void> run(Slab& slab, const RunToken*) override {
        return run_(static_cast<TensorsSlab&>(slab));
    }

private:
    Signature signature_;
    Run run_;
};

Tensor numbers(const Shape& shape, const std::vector<std::int64_t>& values) {
    Tensor tensor(DataType::int64, shape);
    std::ranges::copy(values, tensor.as<std::int64_t>().begin());
    return tensor;
}

std::vector<std::int64_t> values_of(const TensorView& view) {
    std::vector<std::int64_t> values(view.data.size() / sizeof(std::int64_t));
    if (!values.empty()) std::memcpy(values.data(), view.data.data(), view.data.size());
    return values;
}

// The bytes of a single text, each an id, and an empty text is refused.
std::unique_ptr<Model> spell(const Shape& text = {-1}, DataType type = DataType::int64) {
    return std::make_unique<Graph>(
        Signature{{{"text", DataType::bytes, text}}, {{"ids", type, {-1}}}},
        [](TensorsSlab& slab) -> Result<void> {
            const auto texts = split_bytes(slab.in[0].data, 1);
            if (!texts || texts->front().empty()) return fail(Error::Kind::internal, "no text");
            const std::string_view letters = texts->front();
            slab.out[0] = numbers({static_cast<std::int64_t>(letters.size())},
                                  {letters.begin(), letters.end()});
            return {};
        });
}

// Gives back what it reads, and the sum of each row.
std::unique_ptr<Model> sums(const Shape& ids = {-1, -1}) {
    return std::make_unique<Graph>(
        Signature{{{"ids", DataType::int64, ids}},
                  {{"sum", DataType::int64, {ids[0]}}, {"same", DataType::int64, ids}}},
        [](TensorsSlab& slab) -> Result<void> {
            const auto values = values_of(slab.in[0]);
            const Shape shape = slab.in[0].shape;
            slab.out[0] = Tensor(DataType::int64, {shape[0]});
            slab.out[1] = numbers(shape, values);
            const auto width = shape[1];
            for (std::int64_t row = 0; row < shape[0]; ++row) {
                const auto begin = values.begin() + row * width;
                slab.out[0].as<std::int64_t>()[static_cast<std::size_t>(row)] =
                    std::accumulate(begin, begin + width, std::int64_t{0});
            }
            return {};
        });
}

std::unique_ptr<Model> negate(std::string name = "sum") {
    return std::make_unique<Graph>(
        Signature{{{std::move(name), DataType::int64, {-1}}}, {{"minus", DataType::int64, {-1}}}},
        [](TensorsSlab& slab) -> Result<void> {
            auto values = values_of(slab.in[0]);
            for (auto& value : values) value = -value;
            slab.out[0] = numbers(slab.in[0].shape, values);
            return {};
        });
}

std::unique_ptr<Model> made(Result<std::unique_ptr<Model>> model) {
    if (!model) throw std::runtime_error(model.error().message);
    return *std::move(model);
}

std::string why_not(std::unique_ptr<Model> model, ChainLinks links) {
    const auto chain = chain_models(std::move(model), std::move(links));
    return chain ? "it fits" : chain.error().message;
}

Result<void> ask(Model& model, Slab& slab, const Tensor& texts) {
    slab.borrow_input(0, texts);
    if (auto done = model.before(slab); !done) return done;
    if (auto done = model.run(slab.inner(), nullptr); !done) return done;
    return model.after(slab);
}

TEST(ModelChain, RunsRowByRowAndFillsUp) {
    const auto model = made(chain_models(
        sums(), {.before = spell(), .pad = {{"ids", 1}}, .pad_to_multiple_of = 2, .after = {}}));
    EXPECT_EQ(model->signature().to_string(), "text BYTES[-1] -> sum INT64[-1], same INT64[-1,-1]");
    const auto slab = model->make_slab();
    ASSERT_TRUE(ask(*model, *slab, pack_bytes({"A", "ABC"}, {2})));
    EXPECT_THAT(values_of(slab->output(0)), ElementsAre(65 + 3, 65 + 66 + 67 + 1));
    EXPECT_THAT(values_of(slab->output(1)), ElementsAre(65, 1, 1, 1, 65, 66, 67, 1));
    ASSERT_TRUE(ask(*model, *slab, pack_bytes({"B"}, {1})));
    EXPECT_THAT(values_of(slab->output(1)), ElementsAre(66, 1));
}

TEST(ModelChain, GivesTheGraphBehindWhatItTakesAndKeepsTheOthers) {
    const auto model =
        made(chain_models(sums(), {.before = spell(), .pad = {}, .after = negate()}));
    EXPECT_EQ(model->signature().to_string(),
              "text BYTES[-1] -> minus INT64[-1], same INT64[-1,-1]");
    const auto slab = model->make_slab();
    ASSERT_TRUE(ask(*model, *slab, pack_bytes({"A", "B"}, {2})));
    EXPECT_THAT(values_of(slab->output(0)), ElementsAre(-65, -66));
    EXPECT_THAT(values_of(slab->output(1)), ElementsAre(65, 66));
}

TEST(ModelChain, TakesARowOfAModelOfOneRow) {
    const auto model =
        made(chain_models(sums({1, -1}), {.before = spell({1}), .pad = {}, .after = {}}));
    EXPECT_EQ(model->signature().inputs[0].to_string(), "text BYTES[1]");
    const auto slab = model->make_slab();
    ASSERT_TRUE(ask(*model, *slab, pack_bytes({"AB"}, {1})));
    EXPECT_THAT(values_of(slab->output(0)), ElementsAre(131));
}

TEST(ModelChain, IsTheCallersMistakeWhereTheGraphBeforeCanNotRun) {
    const auto model = made(chain_models(sums(), {.before = spell(), .pad = {}, .after = {}}));
    const auto slab = model->make_slab();
    const auto done = ask(*model, *slab, pack_bytes({"A", ""}, {2}));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(done.error().message, HasSubstr("no text"));
}

TEST(ModelChain, RefusesWhatIsTooLongForTheModel) {
    const auto model =
        made(chain_models(sums({-1, 4}), {.before = spell(), .pad = {}, .after = {}}));
    const auto slab = model->make_slab();
    const auto done = ask(*model, *slab, pack_bytes({"ABCDE"}, {1}));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(done.error().message, HasSubstr("ids INT64[-1,4]"));
}

TEST(ModelChain, RefusesMoreRowsThanItTakesOneByOne) {
    const auto model = made(chain_models(sums(), {.before = spell(), .pad = {}, .after = {}}));
    const auto slab = model->make_slab();
    const std::vector<std::string> texts(65'537, "A");
    const auto done = ask(*model, *slab, pack_bytes(texts, {65'537}));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Error::Kind::too_large);
}

// A run that several requests share hands out its rows by their number.
TEST(ModelChain, RefusesAGraphThatMakesOtherRowsThanItGot) {
    auto doubling = std::make_unique<Graph>(
        Signature{{{"x", DataType::int64, {-1}}}, {{"ids", DataType::int64, {-1, -1}}}},
        [](TensorsSlab& slab) -> Result<void> {
            slab.out[0] = numbers({2 * slab.in[0].shape[0], 1}, {1, 2});
            return {};
        });
    const auto model =
        made(chain_models(sums(), {.before = std::move(doubling), .pad = {}, .after = {}}));
    const auto slab = model->make_slab();
    const auto done = ask(*model, *slab, numbers({1}, {7}));
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("[2,1] of 1 rows"));
}

TEST(ModelChain, StandsInsideOfTransforms) {
    auto scores = std::make_unique<Graph>(
        Signature{{{"ids", DataType::int64, {-1, -1}}}, {{"scores", DataType::fp32, {-1, 2}}}},
        [](TensorsSlab& slab) -> Result<void> {
            slab.out[0] = Tensor(DataType::fp32, {slab.in[0].shape[0], 2});
            const auto out = slab.out[0].as<float>();
            for (std::size_t at = 0; at < out.size(); ++at) out[at] = static_cast<float>(at % 2);
            return {};
        });
    const ClassTransform classes{.labels = {"no", "yes"}};
    auto chain = made(chain_models(std::move(scores), {.before = spell(), .pad = {}, .after = {}}));
    const auto model = made(with_transforms(std::move(chain), {.classes = classes}));
    EXPECT_EQ(model->run_signature().inputs[0].name, "ids");
    const auto slab = model->make_slab();
    ASSERT_TRUE(ask(*model, *slab, pack_bytes({"A", "BC"}, {2})));
    EXPECT_THAT(*split_bytes(slab->output(2).data, 2), ElementsAre("yes", "yes"));
}

TEST(ModelChain, SaysWhatDoesNotFit) {
    EXPECT_THAT(why_not(sums(), {.before = spell(), .pad = {{"text", 1}}, .after = {}}),
                HasSubstr("pad names 'text'"));
    EXPECT_THAT(why_not(sums(), {.before = negate(), .pad = {}, .after = {}}),
                HasSubstr("no output is named like an input"));
    EXPECT_THAT(why_not(sums(), {.before = spell({-1}, DataType::int32), .pad = {}, .after = {}}),
                HasSubstr("ids INT32[-1], and the model takes ids INT64[-1,-1]"));
    EXPECT_THAT(why_not(sums(), {.before = spell({2}), .pad = {}, .after = {}}),
                HasSubstr("'text BYTES[2]' should have a first dimension"));
    EXPECT_THAT(why_not(sums(), {.before = {}, .pad = {}, .after = negate("total")}),
                HasSubstr("total INT64[-1], and no output of the model has that name"));
    EXPECT_THAT(why_not(sums(), {.before = {}, .pad = {}, .after = negate("same")}),
                HasSubstr("the model gives same INT64[-1,-1]"));
}

}  // namespace
}  // namespace mettle
