#include "mettle/payload/tensors.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace mettle::payload {
namespace {

const Signature kDigits{{{"pixels", DataType::fp32, {-1, 64}}}, {{"label", DataType::int64, {-1}}}};
const Signature kImage{{{"image", DataType::fp32, {-1, 3, -1, -1}}}, {}};

std::string error_of(const Signature& signature, const InputOptions& options) {
    const auto inputs = resolve_inputs(signature, options);
    return inputs ? "none" : inputs.error().message;
}

TEST(Tensors, TheBatchFillsAFreeFirstDimension) {
    const auto inputs = resolve_inputs(kDigits, {.batch = 8});
    ASSERT_TRUE(inputs);
    EXPECT_EQ((*inputs)[0].shape, (Shape{8, 64}));
}

TEST(Tensors, AShapeOfTheUserFillsTheOthers) {
    InputOptions options;
    options.shapes["image"] = {2, 3, 224, 224};
    EXPECT_EQ((*resolve_inputs(kImage, options))[0].shape, (Shape{2, 3, 224, 224}));
}

TEST(Tensors, SaysWhichFlagHelps) {
    EXPECT_EQ(error_of(kImage, {}),
              "the model's input image FP32[-1,3,-1,-1] has free dimensions: say how large, as in "
              "--shape image:1,3,224,224");
    InputOptions wrong;
    wrong.shapes["image"] = {2, 4, 224, 224};
    EXPECT_NE(error_of(kImage, wrong).find("does not fit"), std::string::npos);
    InputOptions unknown;
    unknown.shapes["picture"] = {1};
    EXPECT_NE(error_of(kImage, unknown).find("names 'picture'"), std::string::npos);
    const Signature fixed{{{"x", DataType::fp32, {1, 4}}}, {}};
    EXPECT_NE(error_of(fixed, {.batch = 2, .batch_given = true}).find("-b 2"), std::string::npos);
    EXPECT_EQ(error_of(fixed, {}), "none");
}

TEST(Tensors, ReadsShapes) {
    const auto shape = parse_shape("a:b:1,3,224");
    ASSERT_TRUE(shape);
    EXPECT_EQ(shape->first, "a:b");
    EXPECT_EQ(shape->second, (Shape{1, 3, 224}));
    for (const std::string_view text : {"", "1,2", ":1", "x:1,", "x:-1", "x:a", "x:1,,2",
                                        "x:1,1,1,1,1,1,1,1,1", "x:99999999999999999999"}) {
        EXPECT_FALSE(parse_shape(text)) << text;
    }
}

TEST(Tensors, ValuesDependOnSeedAndIndexOnly) {
    const auto inputs = *resolve_inputs(kDigits, {});
    const auto bytes = [&](std::uint64_t seed, std::uint64_t index) {
        const auto tensors = make_inputs(inputs, seed, index);
        const auto data = tensors[0].tensor.data();
        return std::string(reinterpret_cast<const char*>(data.data()), data.size());
    };
    EXPECT_EQ(bytes(1, 0), bytes(1, 0));
    EXPECT_NE(bytes(1, 0), bytes(1, 1));
    EXPECT_NE(bytes(1, 0), bytes(2, 0));
}

TEST(Tensors, MakesEveryType) {
    for (const DataType type :
         {DataType::boolean, DataType::uint8, DataType::int16, DataType::uint32, DataType::int64,
          DataType::fp16, DataType::bf16, DataType::fp32, DataType::fp64}) {
        const auto tensors = make_inputs({{"x", type, {3}}}, 1, 0);
        EXPECT_EQ(tensors[0].tensor.data().size(), 3 * element_size(type));
    }
    const auto words = make_inputs({{"x", DataType::bytes, {3}}}, 1, 0);
    EXPECT_TRUE(split_bytes(words[0].tensor.data(), 3));
}

}  // namespace
}  // namespace mettle::payload
