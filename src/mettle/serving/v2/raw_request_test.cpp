#include "mettle/serving/v2/raw_request.hpp"

#include "mettle/serving/wire/fake_slab.hpp"

#include <gmock/gmock.h>

namespace mettle::v2 {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Raw {
    explicit Raw(const TensorSpec& spec,
                 std::vector<TensorSpec> outputs = {{"y", DataType::fp32, {-1}}})
        : signature{{spec}, std::move(outputs)} {
        slab.types = {spec.type};
    }
    std::string read(std::string_view bytes) {
        kept.assign(bytes);
        const auto rows = read_raw(kept, signature, slab, packed);
        if (!rows) return rows.error().message;
        return std::to_string(*rows) + " " + slab.inputs.at(0).shape.to_string();
    }

    Signature signature;
    wire::FakeSlab slab;
    std::string kept, packed;
};

const std::string kEight(32, '\0');  // FP32.

TEST(RawRequest, TheSizeSaysTheOneOpenDimension) {
    EXPECT_EQ(Raw({"x", DataType::fp32, {-1, 4}}).read(kEight), "2 [2,4]");
    EXPECT_EQ(Raw({"x", DataType::fp32, {-1}}).read(kEight), "8 [8]");
    EXPECT_EQ(Raw({"x", DataType::fp32, {2, 4}}).read(kEight), "1 [2,4]");
    EXPECT_EQ(Raw({"x", DataType::uint8, {-1, 2, 2}}).read(kEight), "8 [8,2,2]");
}

TEST(RawRequest, OfTwoOpenDimensionsTheRowsAreOne) {
    EXPECT_EQ(Raw({"x", DataType::fp32, {-1, -1, 2}}).read(kEight), "1 [1,4,2]");
    EXPECT_THAT(Raw({"x", DataType::fp32, {-1, -1, -1}}).read(kEight),
                HasSubstr("more than one dimension"));
    EXPECT_THAT(Raw({"x", DataType::fp32, {-1, -1}}, {{"y", DataType::fp32, {}}}).read(kEight),
                HasSubstr("more than one dimension"));
}

TEST(RawRequest, BytesAreOneElement) {
    Raw raw({"s", DataType::bytes, {-1, 1}});
    EXPECT_EQ(raw.read("a picture"), "1 [1,1]");
    EXPECT_THAT(split_bytes(raw.slab.inputs.at(0).data, 1).value(), ElementsAre("a picture"));
    EXPECT_EQ(raw.read(""), "1 [1,1]");
    EXPECT_THAT(Raw({"s", DataType::bytes, {-1, 2}}).read("a"), HasSubstr("one element"));
}

TEST(RawRequest, ASizeThatIsNoShapeIsRefused) {
    EXPECT_THAT(Raw({"x", DataType::fp32, {-1, 4}}).read(std::string(20, '\0')),
                HasSubstr("has 20 bytes, and [-1,4] of FP32 takes a multiple of 16"));
    EXPECT_THAT(Raw({"x", DataType::fp32, {-1, 4}}).read(""), HasSubstr("has 0 bytes"));
    EXPECT_THAT(Raw({"x", DataType::fp32, {2, 2}}).read(kEight), HasSubstr("takes 16"));
    EXPECT_THAT(Raw({"x", DataType::fp32, {-1, 0}}).read(kEight), HasSubstr("32 bytes"));
}

}  // namespace

}  // namespace mettle::v2
