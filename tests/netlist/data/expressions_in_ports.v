// Expressions inside port connections, a concatenation on the left of the output assign, and the
// + operator: the low half by columns of a small cell, the rest by addition.
module expressions_in_ports (input [7:0] A, input [7:0] B, output [15:0] O);
  wire [11:0] low;
  wire [11:0] high;
  nibble_times_byte u_low (.X(A[3:0] & {4{1'b1}}), .W({B[7:4], B[3:0]}), .P(low));
  nibble_times_byte u_high (.X({A[7] | 1'b0, A[6:4]}), .W(~(~B)), .P(high));
  wire [15:0] sum = {4'b0, low} + {high, 4'b0};
  assign {O[15], O[14:8], O[7:1], O[0]} = {sum[15], sum[14:8], sum[7:1], sum[0]};
endmodule

module nibble_times_byte (input [3:0] X, input [7:0] W, output [11:0] P);
  assign P = ({12{X[0]}} & {4'b0, W}) + ({12{X[1]}} & {3'b0, W, 1'b0}) +
             ({12{X[2]}} & {2'b0, W, 2'b0}) + ({12{X[3]}} & {1'b0, W, 3'b0});
endmodule
