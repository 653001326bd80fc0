#include "mettle/inference/transforms/transformed_model.hpp"

#include "mettle/inference/sample_inputs.hpp"
#include "mettle/tensor/image/picture_files_test.hpp"

#include <gmock/gmock.h>

#include <cstring>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OneTensorSlab final : public Slab {
public:
    std::span<std::byte> input(std::size_t, const Shape& shape) override {
        in = Tensor(DataType::fp32, shape);
        return in.data();
    }
    void borrow_input(std::size_t, const TensorView&) override {}
    TensorView input_view(std::size_t) const override { return in.view(); }
    TensorView output(std::size_t) const override { return out.view(); }
    void set_output(std::size_t, const TensorView&) override {}
    std::size_t bytes() const override { return 0; }
    Tensor in, out;
};

// Scores of three classes for each picture: always these.
class Classifier final : public Model {
public:
    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return "test"; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<OneTensorSlab>(); }
    Result<void> run(Slab& slab, const RunToken*) override {
        auto& own = static_cast<OneTensorSlab&>(slab);
        own.out = Tensor(DataType::fp32, {own.in.shape[0], 3});
        const std::array scores{1.F, 3.F, 2.F};
        for (std::size_t at = 0; at < own.out.as<float>().size(); ++at)
            own.out.as<float>()[at] = scores[at % 3];
        return {};
    }

private:
    Signature signature_{{{"pixels", DataType::fp32, {-1, 3, 20, 30}}},
                         {{"scores", DataType::fp32, {-1, 3}}}};
};

TransformConfig both(ClassTransform classes) {
    return {.picture = PictureTransform(), .classes = std::move(classes)};
}

std::unique_ptr<Model> transformed(const TransformConfig& config) {
    auto model = with_transforms(std::make_unique<Classifier>(), config);
    if (!model) throw std::runtime_error(model.error().message);
    return *std::move(model);
}

std::string error_of(const TransformConfig& config) {
    const auto model = with_transforms(std::make_unique<Classifier>(), config);
    return model ? "" : model.error().message;
}

Result<void> ask(Model& model, Slab& slab, const Tensor& files) {
    slab.borrow_input(0, files);
    if (auto done = model.before(slab); !done) return done;
    if (auto done = model.run(slab.inner(), nullptr); !done) return done;
    return model.after(slab);
}

template <typename Number>
std::vector<Number> numbers(const TensorView& view) {
    std::vector<Number> values(view.data.size() / sizeof(Number));
    std::memcpy(values.data(), view.data.data(), view.data.size());
    return values;
}

TEST(TransformedModel, TakesPicturesAndGivesClasses) {
    const auto model = transformed(both({.top_k = 2, .labels = {"a", "bee", "c"}}));
    EXPECT_EQ(model->signature().to_string(),
              "pixels BYTES[-1] -> class INT64[-1,2], score FP32[-1,2], label BYTES[-1,2]");
    EXPECT_EQ(model->run_signature(), Classifier().signature());
    const auto slab = model->make_slab();
    const std::string file = picture_file("scene.png");
    const Tensor files = pack_bytes({file, file}, {2});
    ASSERT_TRUE(ask(*model, *slab, files));
    EXPECT_THAT(numbers<std::int64_t>(slab->output(0)), ElementsAre(1, 2, 1, 2));
    EXPECT_THAT(numbers<float>(slab->output(1)), ElementsAre(3, 2, 3, 2));
    EXPECT_THAT(*split_bytes(slab->output(2).data, 4), ElementsAre("bee", "c", "bee", "c"));
    // What the model read is what the picture is by itself.
    const auto image = ImageInput::make(Classifier().signature().inputs[0], {});
    const auto picture = image->read(bytes_of(file));
    std::vector<float> row(image->row_bytes(picture->size) / sizeof(float));
    image->write(*picture, std::as_writable_bytes(std::span(row)));
    auto twice = row;
    twice.insert(twice.end(), row.begin(), row.end());
    EXPECT_EQ(numbers<float>(slab->inner().input_view(0)), twice);
}

TEST(TransformedModel, LeavesOutWhatIsBelowTheThreshold) {
    const auto model =
        transformed(both({.activation = Activation::softmax, .top_k = 9, .threshold = 0.5}));
    const auto slab = model->make_slab();
    ASSERT_TRUE(ask(*model, *slab, pack_bytes({picture_file("scene.png")}, {1})));
    EXPECT_EQ(slab->output(0).shape, (Shape{1, 3}));
    EXPECT_THAT(numbers<std::int64_t>(slab->output(0)), ElementsAre(1, -1, -1));
    EXPECT_THAT(numbers<float>(slab->output(1)),
                ElementsAre(::testing::FloatNear(0.66524F, 1e-5F), 0, 0));
}

TEST(TransformedModel, SaysWhichPictureIsUnreadable) {
    const auto model = transformed({.picture = PictureTransform(), .classes = {}});
    const auto slab = model->make_slab();
    const auto done =
        ask(*model, *slab, pack_bytes({picture_file("scene.png"), "no picture"}, {2}));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(done.error().message, HasSubstr("picture 1 of input 'pixels'"));
    EXPECT_THAT(ask(*model, *slab, pack_bytes({}, {0})).error().message, HasSubstr("no picture"));
}

TEST(TransformedModel, SaysWhatContradictsTheModel) {
    EXPECT_THAT(error_of(both({.labels = {"a", "b"}})), HasSubstr("there are 2 labels"));
    EXPECT_THAT(error_of(both({.output = "logits"})), HasSubstr("no output is named 'logits'"));
    EXPECT_THAT(error_of({.picture = PictureTransform{"x", {}}, .classes = {}}),
                HasSubstr("no input is named 'x'"));
    EXPECT_THAT(
        error_of({.picture = PictureTransform{"", {.crop = ImageSize{5, 5}}}, .classes = {}}),
        HasSubstr("crop makes pictures 5 wide"));
}

}  // namespace
}  // namespace mettle
