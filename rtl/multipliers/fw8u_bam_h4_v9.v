// fw8u_bam_h4_v9: unsigned carry-save array without the cells beyond two break levels
// 8x8 bits, unsigned operands and product
// h = 4: horizontal break level: rows B[j], j < h, have no cells
// v = 9: vertical break level: columns i + j < v have no cells
//
// Paper: H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie and C. Lucas, "Bio-Inspired Imprecise
//   Computational Blocks for Efficient VLSI Implementation of Soft-Computing Applications", IEEE
//   Transactions on Circuits and Systems I, vol. 57, no. 4, 2010
// Nets: pp_<i>_<j> = A[i] & B[j] (pp_<i>_<j>_n its inverse); r<j>_<c>_* adder of row j in column
//   c; s<t>_<c>_<k>_* adder of constants; f_<c>_* final adder
// Error over all 65,536 operand pairs: MAE 1408.250, WCE 5633, EP 98.853 %, MRE 21.241 %, mean
//   -1408.250
//
// Generated, do not edit:
//   faultwave netlist generate --family broken_array --param h=4 --param v=9
module fw8u_bam_h4_v9 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_5_4;
  wire pp_6_4;
  wire pp_7_4;
  wire pp_4_5;
  wire r5_9_s;
  wire r5_9_c;
  wire pp_5_5;
  wire r5_10_s;
  wire r5_10_c;
  wire pp_6_5;
  wire r5_11_s;
  wire r5_11_c;
  wire pp_7_5;
  wire pp_3_6;
  wire r6_9_s;
  wire r6_9_c;
  wire pp_4_6;
  wire r6_10_p;
  wire r6_10_g;
  wire r6_10_t;
  wire r6_10_s;
  wire r6_10_c;
  wire pp_5_6;
  wire r6_11_p;
  wire r6_11_g;
  wire r6_11_t;
  wire r6_11_s;
  wire r6_11_c;
  wire pp_6_6;
  wire r6_12_p;
  wire r6_12_g;
  wire r6_12_t;
  wire r6_12_s;
  wire r6_12_c;
  wire pp_7_6;
  wire pp_2_7;
  wire r7_9_s;
  wire r7_9_c;
  wire pp_3_7;
  wire r7_10_p;
  wire r7_10_g;
  wire r7_10_t;
  wire r7_10_s;
  wire r7_10_c;
  wire pp_4_7;
  wire r7_11_p;
  wire r7_11_g;
  wire r7_11_t;
  wire r7_11_s;
  wire r7_11_c;
  wire pp_5_7;
  wire r7_12_p;
  wire r7_12_g;
  wire r7_12_t;
  wire r7_12_s;
  wire r7_12_c;
  wire pp_6_7;
  wire r7_13_p;
  wire r7_13_g;
  wire r7_13_t;
  wire r7_13_s;
  wire r7_13_c;
  wire pp_7_7;
  wire const0;
  wire f_10_s;
  wire f_10_c;
  wire f_11_p;
  wire f_11_g;
  wire f_11_t;
  wire f_11_s;
  wire f_11_c;
  wire f_12_p;
  wire f_12_g;
  wire f_12_t;
  wire f_12_s;
  wire f_12_c;
  wire f_13_p;
  wire f_13_g;
  wire f_13_t;
  wire f_13_s;
  wire f_13_c;
  wire f_14_p;
  wire f_14_g;
  wire f_14_t;
  wire f_14_s;
  wire f_14_c;

  assign pp_5_4 = A[5] & B[4];
  assign pp_6_4 = A[6] & B[4];
  assign pp_7_4 = A[7] & B[4];
  assign pp_4_5 = A[4] & B[5];
  assign r5_9_s = pp_5_4 ^ pp_4_5;
  assign r5_9_c = pp_5_4 & pp_4_5;
  assign pp_5_5 = A[5] & B[5];
  assign r5_10_s = pp_6_4 ^ pp_5_5;
  assign r5_10_c = pp_6_4 & pp_5_5;
  assign pp_6_5 = A[6] & B[5];
  assign r5_11_s = pp_7_4 ^ pp_6_5;
  assign r5_11_c = pp_7_4 & pp_6_5;
  assign pp_7_5 = A[7] & B[5];
  assign pp_3_6 = A[3] & B[6];
  assign r6_9_s = r5_9_s ^ pp_3_6;
  assign r6_9_c = r5_9_s & pp_3_6;
  assign pp_4_6 = A[4] & B[6];
  assign r6_10_p = r5_10_s ^ r5_9_c;
  assign r6_10_g = r5_10_s & r5_9_c;
  assign r6_10_t = r6_10_p & pp_4_6;
  assign r6_10_s = r6_10_p ^ pp_4_6;
  assign r6_10_c = r6_10_g | r6_10_t;
  assign pp_5_6 = A[5] & B[6];
  assign r6_11_p = r5_11_s ^ r5_10_c;
  assign r6_11_g = r5_11_s & r5_10_c;
  assign r6_11_t = r6_11_p & pp_5_6;
  assign r6_11_s = r6_11_p ^ pp_5_6;
  assign r6_11_c = r6_11_g | r6_11_t;
  assign pp_6_6 = A[6] & B[6];
  assign r6_12_p = pp_7_5 ^ r5_11_c;
  assign r6_12_g = pp_7_5 & r5_11_c;
  assign r6_12_t = r6_12_p & pp_6_6;
  assign r6_12_s = r6_12_p ^ pp_6_6;
  assign r6_12_c = r6_12_g | r6_12_t;
  assign pp_7_6 = A[7] & B[6];
  assign pp_2_7 = A[2] & B[7];
  assign r7_9_s = r6_9_s ^ pp_2_7;
  assign r7_9_c = r6_9_s & pp_2_7;
  assign pp_3_7 = A[3] & B[7];
  assign r7_10_p = r6_10_s ^ r6_9_c;
  assign r7_10_g = r6_10_s & r6_9_c;
  assign r7_10_t = r7_10_p & pp_3_7;
  assign r7_10_s = r7_10_p ^ pp_3_7;
  assign r7_10_c = r7_10_g | r7_10_t;
  assign pp_4_7 = A[4] & B[7];
  assign r7_11_p = r6_11_s ^ r6_10_c;
  assign r7_11_g = r6_11_s & r6_10_c;
  assign r7_11_t = r7_11_p & pp_4_7;
  assign r7_11_s = r7_11_p ^ pp_4_7;
  assign r7_11_c = r7_11_g | r7_11_t;
  assign pp_5_7 = A[5] & B[7];
  assign r7_12_p = r6_12_s ^ r6_11_c;
  assign r7_12_g = r6_12_s & r6_11_c;
  assign r7_12_t = r7_12_p & pp_5_7;
  assign r7_12_s = r7_12_p ^ pp_5_7;
  assign r7_12_c = r7_12_g | r7_12_t;
  assign pp_6_7 = A[6] & B[7];
  assign r7_13_p = pp_7_6 ^ r6_12_c;
  assign r7_13_g = pp_7_6 & r6_12_c;
  assign r7_13_t = r7_13_p & pp_6_7;
  assign r7_13_s = r7_13_p ^ pp_6_7;
  assign r7_13_c = r7_13_g | r7_13_t;
  assign pp_7_7 = A[7] & B[7];
  assign const0 = 1'b0;
  assign f_10_s = r7_10_s ^ r7_9_c;
  assign f_10_c = r7_10_s & r7_9_c;
  assign f_11_p = r7_11_s ^ r7_10_c;
  assign f_11_g = r7_11_s & r7_10_c;
  assign f_11_t = f_11_p & f_10_c;
  assign f_11_s = f_11_p ^ f_10_c;
  assign f_11_c = f_11_g | f_11_t;
  assign f_12_p = r7_12_s ^ r7_11_c;
  assign f_12_g = r7_12_s & r7_11_c;
  assign f_12_t = f_12_p & f_11_c;
  assign f_12_s = f_12_p ^ f_11_c;
  assign f_12_c = f_12_g | f_12_t;
  assign f_13_p = r7_13_s ^ r7_12_c;
  assign f_13_g = r7_13_s & r7_12_c;
  assign f_13_t = f_13_p & f_12_c;
  assign f_13_s = f_13_p ^ f_12_c;
  assign f_13_c = f_13_g | f_13_t;
  assign f_14_p = pp_7_7 ^ r7_13_c;
  assign f_14_g = pp_7_7 & r7_13_c;
  assign f_14_t = f_14_p & f_13_c;
  assign f_14_s = f_14_p ^ f_13_c;
  assign f_14_c = f_14_g | f_14_t;

  assign O[0] = const0;
  assign O[1] = const0;
  assign O[2] = const0;
  assign O[3] = const0;
  assign O[4] = const0;
  assign O[5] = const0;
  assign O[6] = const0;
  assign O[7] = const0;
  assign O[8] = const0;
  assign O[9] = r7_9_s;
  assign O[10] = f_10_s;
  assign O[11] = f_11_s;
  assign O[12] = f_12_s;
  assign O[13] = f_13_s;
  assign O[14] = f_14_s;
  assign O[15] = f_14_c;
endmodule
