#include "mettle/serving/wire/tensor_reader.hpp"

#include "mettle/serving/wire/fake_slab.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <list>

namespace mettle::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ShapeOf, FollowsTheFirstArrayOfEachLevel) {
    const std::pair<const char*, Shape> cases[] = {
        {"7", {}},
        {"\"a[b\"", {}},
        {"[]", {0}},
        {"[1,2,3]", {3}},
        {" [ [1, 2] ,\n[3, 4], [5,6] ] ", {3, 2}},
        {"[[],[]]", {2, 0}},
        {"[[1],[2,3,4]]", {2, 1}},
        {R"(["a,b","c\"]"])", {2}},
        {R"([{"b64":"a]"},{"b64":"b{"}])", {2}},
        {"[[[1,2]],[[3,4]]]", {2, 1, 2}},
        {"[1,[2,3]]", {2}},
        {"[\"", {1}},
        {"[[1]]]]]", {1, 1}},
    };
    for (const auto& [text, shape] : cases)
        EXPECT_EQ(shape_of(text).value().to_string(), shape.to_string()) << text;
    EXPECT_FALSE(shape_of("[[[[[[[[[1]]]]]]]]]"));
}

struct TensorReaderTest : ::testing::Test {
    void begin(Signature of) {
        signature = std::move(of);
        slab = {};
        for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
        reader.begin(signature, slab, packed);
    }
    // As in a request, where other bytes follow.
    std::string_view text(std::string value) {
        const std::size_t size = value.size();
        kept.push_back(std::move(value.append(64, '#')));
        return std::string_view(kept.back()).substr(0, size);
    }
    std::string whole_error(std::string value) {
        begin(signature);
        const auto read = reader.take_whole(0, text(std::move(value)));
        return read ? "accepted" : read.error().message;
    }

    Signature signature;
    FakeSlab slab;
    std::vector<std::string> packed;
    std::list<std::string> kept;
    TensorReader reader;
};

TEST_F(TensorReaderTest, TakesAnInputAsAWholeAsOneRowAndRowByRow) {
    const Signature two{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1}}}};
    begin(two);
    ASSERT_TRUE(reader.take_whole(0, text("[[1,2],[3,4]]")));
    EXPECT_EQ(reader.finish().value(), 2);
    EXPECT_THAT(slab.values<float>(0), ElementsAre(1, 2, 3, 4));
    begin(two);
    ASSERT_TRUE(reader.take_row(0, text("[5,6]")));
    EXPECT_EQ(reader.finish().value(), 1);
    EXPECT_THAT(slab.values<float>(0), ElementsAre(5, 6));
    begin(two);
    const std::array rows = {text("[1,2]"), text("[3,4]"), text(" [5,6.5]")};
    ASSERT_TRUE(reader.take_rows(0, rows));
    EXPECT_EQ(reader.finish().value(), 3);
    EXPECT_THAT(slab.values<float>(0), ElementsAre(1, 2, 3, 4, 5, 6.5));
}

TEST_F(TensorReaderTest, TakesScalarsStringsAndBytes) {
    begin(
        {{{"n", DataType::int64, {-1}}, {"s", DataType::bytes, {-1}}, {"f", DataType::fp16, {-1}}},
         {{"y", DataType::fp32, {-1}}}});
    const std::array numbers = {text("7"), text("-8")};
    const std::array strings = {text(R"("a\"é")"), text(R"({"b64":"AAE="})")};
    ASSERT_TRUE(reader.take_rows(0, numbers));
    ASSERT_TRUE(reader.take_rows(1, strings));
    ASSERT_TRUE(reader.take_whole(2, text("[1.5,-Infinity]")));
    EXPECT_EQ(reader.finish().value(), 2);
    EXPECT_THAT(slab.values<std::int64_t>(0), ElementsAre(7, -8));
    EXPECT_THAT(split_bytes(slab.inputs.at(1).data, 2).value(),
                ElementsAre("a\"é", std::string_view("\0\1", 2)));
    const auto halves = slab.values<std::uint16_t>(2);
    EXPECT_EQ(from_fp16(halves[0]), 1.5f);
    EXPECT_EQ(from_fp16(halves[1]), -INFINITY);
}

TEST_F(TensorReaderTest, ReadsNanAndInfinityAsBareTokens) {
    begin({{{"x", DataType::fp32, {-1}}, {"d", DataType::fp64, {-1}}},
           {{"y", DataType::fp32, {-1}}}});
    ASSERT_TRUE(reader.take_whole(0, text("[NaN, Infinity, -Infinity, 1]")));
    ASSERT_TRUE(reader.take_whole(1, text("[1, 2, NaN, -Infinity ]")));
    EXPECT_TRUE(std::isnan(slab.values<float>(0)[0]));
    EXPECT_EQ(slab.values<float>(0)[1], INFINITY);
    EXPECT_EQ(slab.values<float>(0)[2], -INFINITY);
    EXPECT_EQ(slab.values<double>(1)[3], -INFINITY);
}

TEST_F(TensorReaderTest, NamesWhatIsWrong) {
    signature = {{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1}}}};
    const std::pair<std::string, std::string> cases[] = {
        {"[1,2]", "nested as shape [2], and the model takes [-1,2]"},
        {"7", "nested as shape []"},
        {"[[1,2],[3]]", "input 'x': data has 3 values"},
        {"[[1,2],[3,4,5]]", "more values than shape"},
        {"[[1,2],3]", "nested otherwise"},
        {"[[1,\"2\"]]", "value 1 of data is not a number in range"},
        {"[[1,nan]]", "value 1 of data is not a number in range"},
        {"[[1,null]]", "value 1 of data is not a number in range"},
        {"[[1,1e300]]", "value 1 of data is not a number in range"},
        {"[]", "nested as shape [0]"},
        {"[[[1,2]]]", "nested as shape [1,1,2]"},
    };
    for (const auto& [value, message] : cases)
        EXPECT_THAT(whole_error(value), HasSubstr(message)) << value;
    signature.inputs[0] = {"s", DataType::bytes, {-1}};
    EXPECT_THAT(whole_error(R"(["a",1])"), HasSubstr("value 1 of data is neither a string nor"));
    EXPECT_THAT(whole_error(R"([{"b64":"*"}])"), HasSubstr("value 0 of data: it is not base64"));
    EXPECT_THAT(whole_error(R"([{"x":"AA=="}])"), HasSubstr("neither a string nor"));
    signature.inputs[0] = {"n", DataType::int32, {-1}};
    EXPECT_THAT(whole_error("[1,NaN]"),
                HasSubstr("value 1 of data is not a whole number in range"));
}

TEST_F(TensorReaderTest, RowsMustAgree) {
    begin({{{"x", DataType::fp32, {-1, 2}}, {"n", DataType::int64, {-1}}},
           {{"y", DataType::fp32, {-1}}}});
    ASSERT_TRUE(reader.take_whole(0, text("[[1,2],[3,4]]")));
    EXPECT_THAT(reader.finish().error().message, HasSubstr("input 'n' is missing"));
    EXPECT_THAT(reader.take_whole(1, text("[1]")).error().message,
                HasSubstr("1 rows, and another input has 2"));
    const std::array ragged = {text("[1,2]"), text("[3]")};
    begin(signature);
    EXPECT_THAT(reader.take_rows(0, ragged).error().message,
                HasSubstr("row 1 is not of the shape [2] of the first"));
}

TEST_F(TensorReaderTest, RawBytesAreTheElementOfABytesInput) {
    begin({{{"image", DataType::bytes, {-1, 1}}}, {{"y", DataType::fp32, {-1}}}});
    ASSERT_TRUE(reader.take_bytes(0, "JPEG"));
    EXPECT_EQ(slab.inputs.at(0).shape, (Shape{1, 1}));
    EXPECT_THAT(split_bytes(slab.inputs.at(0).data, 1).value(), ElementsAre("JPEG"));
    begin({{{"x", DataType::fp32, {-1, 1}}}, {{"y", DataType::fp32, {-1}}}});
    EXPECT_THAT(reader.take_bytes(0, "JPEG").error().message,
                HasSubstr("raw bytes are for BYTES inputs"));
}

}  // namespace
}  // namespace mettle::wire
